import { Component, type ReactNode } from 'react';
import { words } from '../words.ts';
import { Button } from './button.tsx';
import { Details } from './details.tsx';
import { Empty } from './list-state.tsx';

interface BoundaryProps {
  /** What is looked at: something else is tried anew. */
  readonly place: string;
  readonly children: ReactNode;
}

interface Fallen {
  readonly error: Error | null;
  readonly place: string;
}

/**
 * Stands in for a page that could not be shown, most often because its file is not there any more: a newer version is. What catches
 * such errors has to be a class in React.
 */
export class Boundary extends Component<BoundaryProps, Fallen> {
  override state: Fallen = { error: null, place: this.props.place };

  static getDerivedStateFromError(error: Error): Partial<Fallen> {
    return { error };
  }

  static getDerivedStateFromProps({ place }: BoundaryProps, fallen: Fallen): Fallen {
    return place === fallen.place ? fallen : { error: null, place };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const { title, advice, act } = words.shell.fallen;
    return (
      <div role="alert">
        <Empty
          isPage
          icon="alert"
          title={title}
          acts={
            <Button look="primary" icon="retry" onClick={() => location.reload()}>
              {act}
            </Button>
          }
        >
          <p>{advice}</p>
          <Details facts={[[words.common.code, error.message]]} />
        </Empty>
      </div>
    );
  }
}
