import { LOCAL_ROLES } from './local-sign-in.routes.ts';

const CAN: Readonly<Record<(typeof LOCAL_ROLES)[number], string>> = {
  administrator: 'connects TikTok accounts, and answers customers',
  agent: 'reads and answers what customers write',
  operator: 'looks after what runs: dead letters, replies, consumers',
};

export const LOCAL_OPENID_STYLES = `
:root { color-scheme: light dark; --bg: light-dark(#f6f7f9, #0e1116); --panel: light-dark(#fff, #151a22); --line: light-dark(#8b94a6, #727d91);
  --ink: light-dark(#14171f, #e8ebf1); --soft: light-dark(#5b6475, #a3adbf); --accent: light-dark(#0f766e, #3cc5b3); --on-accent: light-dark(#fff, #05201d);
  font: 15px/1.5 Inter, system-ui, "Segoe UI", Roboto, sans-serif; }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; background: var(--bg); color: var(--ink); }
main { width: min(420px, 100%); background: var(--panel); border-radius: 18px; padding: 30px; }
h1 { font-size: 21px; letter-spacing: -0.01em; margin: 0 0 4px; }
p { margin: 0 0 20px; color: var(--soft); }
fieldset { border: 0; margin: 0 0 18px; padding: 0; display: grid; gap: 8px; }
legend, .name { font-weight: 600; padding: 0; margin-bottom: 8px; }
.role { display: grid; grid-template-columns: auto 1fr; gap: 0 12px; align-items: center; padding: 11px 14px; border: 1px solid var(--line); border-radius: 12px; cursor: pointer; }
.role:has(:checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.role b::first-letter { text-transform: uppercase; }
.role span { grid-column: 2; color: var(--soft); font-size: 13.5px; }
input { accent-color: var(--accent); }
.account { width: 100%; font: inherit; color: inherit; background: var(--bg); border: 1px solid var(--line); border-radius: 10px; padding: 9px 12px; margin: 6px 0 20px; }
button { width: 100%; font: inherit; font-weight: 600; border: 0; border-radius: 10px; padding: 11px; background: var(--accent); color: var(--on-accent); cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;

/** The choice of who to be, as a form that posts back to the address it came from. */
export const localOpenIdPage = (stylesPath: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in on this machine</title>
<link rel="stylesheet" href="${stylesPath}">
<link rel="icon" href="data:,">
</head>
<body>
<main>
<h1>Sign in on this machine</h1>
<p>In place of your identity provider, for development alone.</p>
<form method="post">
<fieldset>
<legend>Who are you?</legend>
${LOCAL_ROLES.map(
  (role) =>
    `<label class="role"><input type="radio" name="role" value="${role}" required${role === 'agent' ? ' checked' : ''}><b>${role}</b><span>${CAN[role]}</span></label>`,
).join('\n')}
</fieldset>
<label class="name" for="accountId">Account</label>
<input class="account" id="accountId" name="accountId" value="demo" required maxlength="100" autocomplete="off" spellcheck="false">
<button>Sign in</button>
</form>
</main>
</body>
</html>
`;
