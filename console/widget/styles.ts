/** The widget's looks: tokens with their dark twins, then the pieces. Text contrast is at least 4.5 : 1 in both. */

const TOKENS = `
:host {
  all: initial !important;
  --sheet: #f9fbfb; --raised: #ffffff; --edge: #d3dddb; --edge-strong: #6b807c; --text: #16211f; --quiet: #53645f;
  --accent: #0f6e67; --fill: #0f6e67; --on-fill: #ffffff; --own: #0f6e67; --on-own: #ffffff;
  --warn: #fff3d6; --on-warn: #6b4700; --danger: #a3262c; --badge: #b3261e; --on-badge: #ffffff;
  --shadow: 0 12px 40px rgb(10 30 28 / 22%), 0 2px 8px rgb(10 30 28 / 12%);
}
:host([data-scheme="dark"]) {
  --sheet: #101a19; --raised: #1a2725; --edge: #2b3c39; --edge-strong: #7f9691; --text: #e6efed; --quiet: #9db1ac;
  --accent: #57c7bb; --fill: #57c7bb; --on-fill: #06201d; --own: #14584f; --on-own: #eafaf7;
  --warn: #3a2d0c; --on-warn: #f5d88f; --danger: #ff9a97; --badge: #ffb4ab; --on-badge: #410e0b;
  --shadow: 0 12px 40px rgb(0 0 0 / 55%), 0 0 0 1px #2b3c39;
}`;

const BASE = `
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
.root { all: initial; display: block; color-scheme: light; color: var(--text); font: 15px/1.45 system-ui, "Noto Sans", "Noto Sans TC", sans-serif; text-align: start; }
button, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
button { cursor: pointer; touch-action: manipulation; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
svg { display: block; width: 24px; height: 24px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
:host([data-scheme="dark"]) .root { color-scheme: dark; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }`;

const FRAME = `
.launcher, .panel { position: fixed; z-index: var(--layer, 2147483000); }
.launcher {
  right: max(20px, env(safe-area-inset-right)); bottom: max(20px, env(safe-area-inset-bottom));
  display: grid; place-items: center; width: 56px; height: 56px; padding: 0; border: 0; border-radius: 50%;
  background: var(--fill); color: var(--on-fill); box-shadow: var(--shadow);
}
.launcher svg { width: 28px; height: 28px; }
.launcher:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
.badge {
  position: absolute; top: -4px; right: -4px; min-width: 22px; height: 22px; padding: 0 6px; border-radius: 11px;
  background: var(--badge); color: var(--on-badge); font-size: 12px; font-weight: 600; line-height: 22px; font-variant-numeric: tabular-nums;
}
.panel {
  right: max(20px, env(safe-area-inset-right)); bottom: max(20px, env(safe-area-inset-bottom));
  display: flex; flex-direction: column; width: 392px; height: min(664px, calc(100dvh - 40px)); overflow: hidden;
  border-radius: 12px; background: var(--sheet); box-shadow: var(--shadow);
}
.left .launcher, .left .panel { right: auto; left: max(20px, env(safe-area-inset-left)); }
.page .panel { position: fixed; inset: 0; width: auto; max-width: 760px; height: auto; margin: 0 auto; border-radius: 0; box-shadow: none; }
@media (min-width: 800px) { .page .panel { border-inline: 1px solid var(--edge); } }
@media (max-width: 520px), (max-height: 480px) {
  .float .panel { inset: var(--top, 0) 0 auto; width: auto; height: var(--height, 100dvh); border-radius: 0; }
}
.top { display: flex; align-items: center; gap: 10px; min-height: 56px; padding: 8px 8px 8px 16px; padding-top: max(8px, env(safe-area-inset-top)); border-bottom: 1px solid var(--edge); background: var(--sheet); }
.top .mark { flex: none; color: var(--accent); }
.top h1 { flex: 1; min-width: 0; margin: 0; font-size: 16px; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.icon { flex: none; display: grid; place-items: center; width: 44px; height: 44px; padding: 0; border: 0; border-radius: 8px; background: none; color: var(--quiet); }
.icon:hover { background: var(--edge); color: var(--text); }
.onwards { position: relative; max-width: 50%; }
.onwards[hidden], .ways[hidden] { display: none; }
.onward { max-width: 100%; padding: 6px 10px; border: 1px solid var(--edge-strong); border-radius: 8px; background: none; color: var(--accent); font-size: 13px; text-decoration: none; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.onward.several::after { content: " ▾"; }
.ways { position: absolute; right: 0; z-index: 2; display: grid; min-width: 160px; max-height: 60dvh; margin-top: 4px; padding: 4px; overflow-y: auto; border: 1px solid var(--edge-strong); border-radius: 8px; background: var(--sheet); box-shadow: var(--shadow); }
.ways button { min-height: 44px; padding: 8px 12px; border: 0; border-radius: 6px; background: none; color: var(--text); text-align: start; }
.ways button:hover, .ways button:focus-visible { background: var(--edge); }
.line { margin: 0; padding: 6px 16px; background: var(--warn); color: var(--on-warn); font-size: 13px; overflow-wrap: anywhere; }
.room { position: relative; display: flex; flex: 1; flex-direction: column; min-height: 0; }
.empty { position: absolute; inset: 0; display: grid; place-content: center; margin: 0; padding: 24px; color: var(--quiet); text-align: center; white-space: pre-line; overflow-wrap: anywhere; pointer-events: none; }
.drop { position: absolute; inset: 8px; z-index: 1; display: grid; place-content: center; border: 2px dashed var(--accent); border-radius: 8px; background: var(--raised); color: var(--accent); pointer-events: none; }`;

const LOG = `
.log { display: flex; flex: 1; flex-direction: column; min-height: 0; margin: 0; padding: 16px; overflow: hidden auto; overscroll-behavior: contain; list-style: none; outline-offset: -2px; scrollbar-width: thin; }
.log > :first-child { margin-top: auto; }
.item, .dots { display: flex; flex-direction: column; align-items: flex-start; margin: 0 0 12px; }
.bubble { max-width: min(85%, 560px); padding: 8px 12px; border: 1px solid var(--edge); border-radius: 8px; background: var(--raised); white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; }
.bubble a { color: var(--accent); }
.item.agent .bubble { border-color: var(--edge-strong); }
.item.bot .bubble { border-style: dashed; border-color: var(--edge-strong); }
.item.customer { align-items: flex-end; }
.item.customer .bubble { border-color: transparent; background: var(--own); color: var(--on-own); }
.item.customer .bubble a { color: inherit; }
.item.system { align-items: center; }
.item.system .bubble { border: 0; background: none; color: var(--quiet); font-size: 13px; text-align: center; }
.file { display: inline-flex; align-items: center; gap: 8px; max-width: 85%; margin-top: 4px; padding: 8px 12px; border: 1px solid var(--edge-strong); border-radius: 8px; background: var(--raised); color: var(--accent); overflow-wrap: anywhere; text-decoration: none; }
.file span { text-decoration: underline; }
.file svg { flex: none; width: 20px; height: 20px; }
.file small { flex: none; color: var(--quiet); white-space: nowrap; }
.file.picture { padding: 0; overflow: hidden; border-color: var(--edge); line-height: 0; }
.file.picture:focus-visible { outline-offset: 2px; }
img { display: block; max-width: 100%; max-height: 280px; min-width: 48px; min-height: 48px; object-fit: contain; background: var(--edge); font-size: 13px; line-height: 1.4; }
video { max-width: 85%; max-height: 280px; margin-top: 4px; border-radius: 8px; }
audio { width: min(85%, 300px); margin-top: 4px; }
.meta { margin: 3px 2px 0; color: var(--quiet); font-size: 12px; font-variant-numeric: tabular-nums; }
.tag { padding: 0 5px; border: 1px dashed var(--edge-strong); border-radius: 4px; }
.item.customer:has(~ .item.customer) .state.sent { display: none; }
.meta svg { display: inline-block; width: 13px; height: 13px; margin-inline-end: 4px; vertical-align: -2px; fill: none; stroke: currentColor; stroke-width: 2; }
.meta.trouble { color: var(--danger); }
.day { margin: 8px 0 16px; color: var(--quiet); font-size: 12px; text-align: center; }
.dots .bubble { display: flex; gap: 4px; padding: 13px 14px; }
.dots i { width: 6px; height: 6px; border-radius: 50%; background: var(--quiet); }
.offers { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
.offers button { min-height: 40px; max-width: 100%; padding: 6px 14px; border: 1px solid var(--accent); border-radius: 8px; background: none; color: var(--accent); overflow-wrap: anywhere; text-align: start; }
.offers button:hover { background: var(--fill); color: var(--on-fill); }
.down { position: absolute; inset-inline-end: 16px; bottom: 8px; padding: 8px 14px; border: 0; border-radius: 8px; background: var(--fill); color: var(--on-fill); box-shadow: var(--shadow); }`;

const COMPOSER = `
.composer { display: flex; flex-wrap: wrap; align-items: flex-end; gap: 4px 8px; padding: 8px 12px max(12px, env(safe-area-inset-bottom)); border-top: 1px solid var(--edge); background: var(--sheet); }
.composer textarea { flex: 1; min-width: 0; min-height: 44px; max-height: 152px; padding: 9px 12px; border: 1px solid var(--edge-strong); border-radius: 8px; background: var(--raised); font-size: 16px; line-height: 1.45; resize: none; scrollbar-width: thin; }
.composer textarea:focus-visible { outline-offset: -1px; }
.composer textarea::placeholder { color: var(--quiet); opacity: 1; }
.send { flex: none; display: grid; place-items: center; width: 44px; height: 44px; padding: 0; border: 0; border-radius: 8px; background: var(--fill); color: var(--on-fill); }
.send:disabled { background: var(--edge); color: var(--quiet); cursor: default; }
.uploads { display: flex; flex: 1 0 100%; flex-direction: column; gap: 4px; max-height: 132px; margin: 0; padding: 0; overflow-y: auto; list-style: none; }
.uploads:empty { display: none; }
.uploads li { display: grid; grid-template-columns: minmax(0, 1fr) auto 36px; align-items: center; gap: 0 8px; padding-inline-start: 10px; border: 1px solid var(--edge); border-radius: 8px; background: var(--raised); font-size: 13px; }
.uploads span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.uploads small { color: var(--quiet); }
.uploads progress { grid-column: 1 / 3; grid-row: 2; width: 100%; height: 3px; margin-bottom: 4px; border: 0; appearance: none; background: var(--edge); accent-color: var(--fill); }
.uploads progress::-webkit-progress-bar { background: var(--edge); }
.uploads progress::-webkit-progress-value { background: var(--accent); }
.uploads progress::-moz-progress-bar { background: var(--accent); }
.uploads .done progress { visibility: hidden; }
.remove { grid-column: 3; grid-row: 1 / 3; display: grid; place-items: center; width: 36px; height: 36px; padding: 0; border: 0; border-radius: 8px; background: none; color: var(--quiet); }
.remove svg { width: 18px; height: 18px; }
.remove:hover { color: var(--text); }
@media (prefers-reduced-motion: no-preference) {
  .launcher, .send, .offers button, .icon { transition: background-color 120ms, color 120ms; }
  .float .panel:not([hidden]) { animation: rise 140ms ease-out; }
  .dots i { animation: beat 1.2s infinite; }
  .dots i:nth-child(2) { animation-delay: 0.15s; }
  .dots i:nth-child(3) { animation-delay: 0.3s; }
}
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }
@keyframes beat { 0%, 60%, 100% { opacity: 0.35; } 30% { opacity: 1; } }
@media (forced-colors: active) { .launcher, .panel, .send, .bubble { border: 1px solid CanvasText; } }`;

/** Puts the looks into the shadow; a sheet made by script is what strict policies let through, an element with styles is not. */
export function dress(shadow: ShadowRoot): void {
  const text = TOKENS + BASE + FRAME + LOG + COMPOSER;
  if ("adoptedStyleSheets" in shadow) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    shadow.adoptedStyleSheets = [sheet];
    return;
  }
  const style = document.createElement("style");
  style.textContent = text;
  (shadow as ShadowRoot).append(style);
}
