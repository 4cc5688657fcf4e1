/** One accent for what is ours, amber and red for what needs somebody, never colour alone. Light and dark as the system says. */
export const STYLES = `
:root {
  color-scheme: light dark;
  --bg: light-dark(#f6f7f9, #0e1116);
  --panel: light-dark(#ffffff, #151a22);
  --line: light-dark(#e5e8ee, #252c38);
  --ink: light-dark(#14171f, #e8ebf1);
  --soft: light-dark(#5b6475, #a3adbf);
  --faint: light-dark(#6b7488, #8b95a8);
  --accent: light-dark(#0f766e, #3cc5b3);
  --accent-soft: light-dark(#e3f4f1, #12312e);
  --on-accent: light-dark(#ffffff, #05201d);
  --bad: light-dark(#b42318, #ff8b80);
  --bad-soft: light-dark(#fdeceb, #3a1a18);
  font: 15px/1.55 Inter, system-ui, "Segoe UI", Roboto, sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 6px; }
.top { display: flex; align-items: center; justify-content: space-between; max-width: 860px; margin: 0 auto; padding: 20px 24px; }
.top a { color: var(--ink); text-decoration: none; font-weight: 600; }
.top nav a { color: var(--soft); font-weight: 500; }
.top nav a:hover { color: var(--accent); }
.brand { display: flex; align-items: center; gap: 12px; }
.logo { width: 34px; height: 34px; border-radius: 10px; background: var(--ink); color: var(--panel); display: grid; place-items: center; font-weight: 800; }
main { max-width: 860px; margin: 0 auto; padding: 12px 24px 72px; display: grid; gap: 18px; }
main > * { min-width: 0; }
h1 { font-size: clamp(26px, 4.5vw, 38px); line-height: 1.15; letter-spacing: -0.02em; margin: 20px 0 0; text-wrap: balance; }
h2 { font-size: 18px; letter-spacing: -0.01em; margin: 0 0 8px; }
h3 { font-size: 13px; font-weight: 600; color: var(--faint); margin: 20px 0 8px; }
p { margin: 0 0 10px; max-width: 66ch; }
p:last-child { margin-bottom: 0; }
.lead { font-size: 18px; color: var(--soft); margin-top: 14px; }
.note, .soft { color: var(--soft); }
.faint { color: var(--faint); font-size: 13px; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 16px; padding: 22px 24px; }
.card.accent, .card.good { background: var(--accent-soft); border-color: transparent; }
.card.bad { background: var(--bad-soft); border-color: transparent; }
.card.good h2 { color: var(--accent); }
.card.bad h2 { color: var(--bad); }
.button { display: inline-block; margin-top: 6px; background: var(--accent); color: var(--on-accent); text-decoration: none; font-weight: 600; padding: 10px 18px; border-radius: 10px; }
.form { display: flex; flex-wrap: wrap; align-items: center; gap: 10px; margin: 0 0 12px; }
.form label { font-weight: 600; }
.form input { flex: 0 1 220px; min-width: 0; font: inherit; color: inherit; background: var(--bg); border: 1px solid var(--faint); border-radius: 10px; padding: 9px 12px; }
.form .button { margin-top: 0; border: 0; font: inherit; font-weight: 600; cursor: pointer; }
.button:hover { filter: brightness(1.08); }
.services { list-style: none; margin: 0 0 12px; padding: 0; }
.services li { display: grid; grid-template-columns: 10px 112px 1fr auto; align-items: baseline; gap: 12px; padding: 10px 0; border-top: 1px solid var(--line); }
.services li:first-child { border-top: 0; }
.dot { width: 9px; height: 9px; border-radius: 50%; }
.dot.on { background: var(--accent); }
.dot.off { background: transparent; border: 2px solid var(--bad); }
.state { font-size: 13px; color: var(--faint); }
pre { margin: 0; padding: 14px 16px; background: var(--bg); border: 1px solid var(--line); border-radius: 12px; overflow-x: auto; }
code { font: 13px/1.6 ui-monospace, SFMono-Regular, Menlo, monospace; }
p code { background: var(--bg); border-radius: 5px; padding: 1px 6px; overflow-wrap: anywhere; }
@media (max-width: 560px) {
  .services li { grid-template-columns: 10px 1fr auto; }
  .services .soft { grid-column: 2 / -1; grid-row: 2; }
}
`;
