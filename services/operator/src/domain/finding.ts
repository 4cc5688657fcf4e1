/** What one look at a dependency or a setting has shown. */
export type Finding =
  | { readonly status: 'ok'; readonly name: string; readonly detail: string }
  | { readonly status: 'failed'; readonly name: string; readonly detail: string; readonly next: string }
  /** `detail`: why not. */
  | { readonly status: 'unchecked'; readonly name: string; readonly detail: string };

export const fine = (name: string, detail: string): Finding => ({ status: 'ok', name, detail });

export const failed = (name: string, detail: string, next: string): Finding => ({
  status: 'failed',
  name,
  detail,
  next,
});

export const unchecked = (name: string, detail: string): Finding => ({ status: 'unchecked', name, detail });
