import type { Business } from '../../../domain/model.ts';
import { SCOPES } from '../../../domain/scopes.ts';
import type { AuthorizationRequest } from './authorization-request.ts';

const STYLE = `
  :root { color-scheme: light dark; --ink: #161823; --dim: #6a6a75; --line: #e3e3e8; --ground: #f4f4f6; --surface: #fff;
         --button: #fff; --accent: #e0224a; --link: #0b6b94; --shade: rgb(22 24 35 / 10%); }
  @media (prefers-color-scheme: dark) { :root { --ink: #f1f1f4; --dim: #a0a1ac; --line: #2f313c; --ground: #0d0e13;
         --surface: #171921; --button: #20222c; --link: #6cc7f0; --shade: rgb(0 0 0 / 50%); } }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--ink);
         font: 16px/1.45 system-ui, sans-serif; }
  main { box-sizing: border-box; width: min(27rem, 92vw); margin: 1.5rem 0; padding: 2rem; background: var(--surface);
         border-radius: 14px; box-shadow: 0 6px 30px var(--shade); }
  .brand { font-weight: 800; letter-spacing: -.02em; font-size: 1.3rem; } .brand small { font-weight: 500; color: var(--dim); }
  h1 { font-size: 1.25rem; margin: 1.2rem 0 .3rem; } p { margin: .3rem 0 1rem; color: var(--dim); } a { color: var(--link); }
  fieldset { border: 0; margin: 0 0 1.2rem; padding: 0; } legend { font-weight: 600; padding: 0; margin-bottom: .4rem; }
  label { display: flex; gap: .7rem; align-items: center; padding: .45rem .1rem; border-bottom: 1px solid var(--line); }
  label span { flex: 1; min-width: 0; overflow-wrap: anywhere; } label small { display: block; color: var(--dim); }
  input { accent-color: var(--accent); width: 1.1rem; height: 1.1rem; flex: none; margin: 0 .1rem; }
  img { width: 2rem; height: 2rem; border-radius: 50%; flex: none; }
  .buttons { display: flex; gap: .7rem; } button { flex: 1; font: inherit; font-weight: 600; padding: .75rem; border-radius: 8px;
         border: 1px solid var(--line); background: var(--button); color: inherit; cursor: pointer; }
  button.primary { background: var(--accent); border-color: var(--accent); color: #fff; }
  :focus-visible { outline: 3px solid #14a8c4; outline-offset: 1px; }
  code { background: var(--ground); padding: .1rem .3rem; border-radius: 4px; overflow-wrap: anywhere; }
  @media (max-width: 30rem) { body { place-items: stretch; background: var(--surface); }
         main { width: 100%; margin: 0; padding: 1.5rem 1.25rem; border-radius: 0; box-shadow: none; } }`;

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main><div class="brand">TikTok <small>simulator</small></div>${body}</main></body></html>`;

/** Who logs in, which scopes, grant or deny. The form posts to the page's own address, query included. */
export const consentPage = (request: AuthorizationRequest, businesses: readonly Business[]): string => {
  if (businesses.length === 0) {
    return page(
      'No account',
      '<h1>Nobody can log in</h1><p>There is no business account yet. Make one on the <a href="/phone">phone page</a>, then reload this page.</p>',
    );
  }
  return page(
    'Authorise an app',
    `<h1>An app asks for access to your account</h1>
     <p>You return to <code>${escapeHtml(request.redirectUri)}</code></p>
     <form method="post">
       <fieldset><legend>Log in as</legend>${businesses.map(accountChoice).join('')}</fieldset>
       <fieldset><legend>The app could</legend>${request.scopes.map(scopeChoice).join('')}</fieldset>
       <div class="buttons"><button name="decision" value="deny">Cancel</button>
       <button class="primary" name="decision" value="grant">Authorise</button></div>
     </form>`,
  );
};

/** TikTok tells no callback about these: the browser ends here. */
export const errorPage = (error: string, type: string): string =>
  page(
    'Something went wrong',
    `<h1>Something went wrong</h1><p>We could not log in to the app. This may be due to specific app settings.</p>
     <p>If you are a developer, correct the following and try again:</p><p><code>${escapeHtml(type)}: ${escapeHtml(error)}</code></p>`,
  );

const accountChoice = ({ businessId, username, displayName }: Business, index: number): string =>
  `<label><input type="radio" name="business_id" value="${escapeHtml(businessId)}"${index === 0 ? ' checked' : ''}>
   <img src="/avatars/${encodeURIComponent(businessId)}.png" alt=""><span>${escapeHtml(displayName)}<small>@${escapeHtml(username)}</small></span></label>`;

const scopeChoice = (scope: AuthorizationRequest['scopes'][number]): string =>
  `<label><input type="checkbox" name="granted" value="${escapeHtml(scope)}" checked>
   <span>${escapeHtml(SCOPES[scope] ?? scope)}<small>${escapeHtml(scope)}</small></span></label>`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
