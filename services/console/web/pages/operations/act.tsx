import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';
import { OPERATIONS } from './queries.ts';

interface ActProps<Done> {
  /** What the button says, and the dialog's. */
  readonly label: string;
  readonly title: string;
  /** What it does, and what it does not. */
  readonly children: ReactNode;
  readonly isDangerous?: boolean;
  readonly isDisabled?: boolean;
  readonly act: (reason: string) => Promise<Done>;
  readonly onDone?: (done: Done) => void;
}

/** A button for what changes something: it asks why first, and afterwards everything that is shown here is asked for anew. */
export const Act = <Done,>({ label, title, children, act, onDone, ...rest }: ActProps<Done>) => {
  const { isDangerous = false, isDisabled = false } = rest;
  const [isAsking, setAsking] = useState(false);
  const queries = useQueryClient();
  const acting = useMutation({
    mutationFn: act,
    onSuccess: async (done) => {
      onDone?.(done);
      setAsking(false);
      await queries.invalidateQueries({ queryKey: [OPERATIONS] });
    },
  });
  const open = () => {
    acting.reset();
    setAsking(true);
  };
  return (
    <>
      <Button disabled={isDisabled} onClick={open}>
        {label}
      </Button>
      {isAsking && (
        <ReasonDialog
          title={title}
          act={label}
          look={isDangerous ? 'danger' : 'primary'}
          isBusy={acting.isPending}
          error={acting.error}
          onClose={() => setAsking(false)}
          onConfirm={(reason) => acting.mutate(reason)}
        >
          <p>{children}</p>
        </ReasonDialog>
      )}
    </>
  );
};
