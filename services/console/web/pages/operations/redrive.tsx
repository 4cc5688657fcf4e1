import { bodyOf, type ServiceName } from '../../api/client.ts';
import { useApi } from '../../api/context.tsx';
import type { Redriven } from '../../api/types.ts';
import { Banner } from '../../ui/banner.tsx';
import { words } from '../../words.ts';
import { Act } from './act.tsx';

const { redrive: texts } = words.operations.deadLetters;

/** These, or all that were not given back yet, of one reason or of any. */
export type Meant = { readonly ids: readonly string[] } | { readonly all: true; readonly matchingReason?: string };

interface RedriveProps {
  readonly service: ServiceName;
  readonly label: string;
  readonly meant: Meant;
  readonly isDisabled?: boolean;
  readonly onDone: (end: Redriven) => void;
}

/** Gives dead letters back to who gave them up. */
export const Redrive = ({ service, label, meant, isDisabled = false, onDone }: RedriveProps) => {
  const { operator } = useApi();
  return (
    <Act
      label={label}
      title={texts.title(textOf(meant), service)}
      isDisabled={isDisabled}
      act={(reason) =>
        bodyOf(operator.of[service].POST('/v1/dead-letters/redrive', { body: { ...bodyFor(meant), reason } }))
      }
      onDone={onDone}
    >
      {texts.advice}
    </Act>
  );
};

const bodyFor = (meant: Meant) => ('ids' in meant ? { ids: [...meant.ids] } : meant);

const textOf = (meant: Meant): string => {
  if ('ids' in meant) return texts.what.some(meant.ids.length);
  return meant.matchingReason === undefined ? texts.what.all : texts.what.allOf(meant.matchingReason);
};

/** What came of it. */
export const RedriveEnd = ({ end: { redriven, skipped } }: { readonly end: Redriven }) => {
  const left = Object.entries(skipped);
  return (
    <Banner tone={left.length === 0 ? 'good' : 'warn'} role="status" title={texts.done(redriven)}>
      {left.map(([why, count]) => (
        <p key={why}>{texts.skipped(count, Object.hasOwn(texts.why, why) ? texts.why[why as Why] : why)}</p>
      ))}
    </Banner>
  );
};

type Why = keyof typeof texts.why;
