import { WrongUsage } from '../../domain/failure.ts';

export interface Responsible {
  readonly actor: string;
  readonly why: string;
}

/** Who does it and why, which goes on record; `user` is who the system says it is. */
export const responsible = (
  { as: name, why }: { readonly as?: string; readonly why?: string },
  user: string | undefined,
): Responsible => {
  const actor = name ?? user ?? '';
  if (why === undefined || why.trim() === '') throw new WrongUsage('say why with --why "…": it goes on record');
  if (actor === '') throw new WrongUsage('say who does it with --as <name>, since USER is not set: it goes on record');
  return { actor, why };
};
