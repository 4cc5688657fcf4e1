import type { Business } from '../../../domain/model.ts';
import { SCOPES } from '../../../domain/scopes.ts';
import type { AuthorizationRequest } from './authorization-request.ts';

const STYLE = `
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f4f4f6; color: #161823;
         font: 16px/1.45 system-ui, sans-serif; }
  main { box-sizing: border-box; width: min(27rem, 92vw); margin: 1.5rem 0; padding: 2rem; background: #fff; border-radius: 14px;
         box-shadow: 0 6px 30px rgb(22 24 35 / 10%); }
  .brand { font-weight: 800; letter-spacing: -.02em; font-size: 1.3rem; } .brand small { font-weight: 500; color: #75757f; }
  h1 { font-size: 1.25rem; margin: 1.2rem 0 .3rem; } p { margin: .3rem 0 1rem; color: #55565f; }
  fieldset { border: 0; margin: 0 0 1.2rem; padding: 0; } legend { font-weight: 600; padding: 0; margin-bottom: .4rem; }
  label { display: flex; gap: .7rem; align-items: center; padding: .45rem .1rem; border-bottom: 1px solid #f0f0f2; }
  label span { flex: 1; } label small { display: block; color: #8a8b91; }
  input { accent-color: #fe2c55; width: 1.1rem; height: 1.1rem; } img { width: 2rem; height: 2rem; border-radius: 50%; }
  .buttons { display: flex; gap: .7rem; } button { flex: 1; font: inherit; font-weight: 600; padding: .75rem; border-radius: 8px;
         border: 1px solid #d8d8dc; background: #fff; cursor: pointer; }
  button.primary { background: #fe2c55; border-color: #fe2c55; color: #fff; } button:focus-visible { outline: 3px solid #25f4ee; }
  code { background: #f4f4f6; padding: .1rem .3rem; border-radius: 4px; overflow-wrap: anywhere; }`;

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
