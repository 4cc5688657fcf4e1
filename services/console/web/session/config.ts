/** What the server tells the page before anybody has signed in (`PageConfig` there). */
export interface Config {
  readonly oidc: {
    readonly issuer: string;
    readonly clientId: string;
    readonly scope: string;
    readonly audience: string | null;
    readonly claims: { readonly user: string; readonly account: string; readonly role: string };
  };
  readonly limits: {
    readonly textCharacters: number;
    readonly imageBytes: number;
    readonly imageTypes: readonly string[];
  };
  readonly timeEveryMs: number;
  readonly phoneUrl: string | null;
}

export const loadConfig = async (): Promise<Config> => {
  const response = await fetch('/config.json');
  if (!response.ok) throw new Error(`the page's settings answered ${response.status}`);
  return (await response.json()) as Config;
};
