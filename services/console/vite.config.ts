import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { words } from './web/words.ts';

/** Writes each text file compressed beside itself, so that the server need not compress at every request. */
const compressed = (): Plugin => ({
  name: 'compressed',
  apply: 'build',
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      for (const [fileName, output] of Object.entries(bundle)) {
        if (!/\.(?:js|css|svg)$/.test(fileName)) continue;
        const source = Buffer.from(output.type === 'chunk' ? output.code : output.source);
        const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
        this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source: brotliCompressSync(source, { params }) });
        this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(source, { level: 9 }) });
      }
    },
  },
});

/** What the page says before its scripts run comes from the one catalogue, too. */
const worded = (): Plugin => ({
  name: 'worded',
  transformIndexHtml: {
    order: 'pre',
    handler: (html) => html.replaceAll('%product%', words.product).replaceAll('%noScripts%', words.noScripts),
  },
});

export default defineConfig({
  root: 'web',
  plugins: [react(), worded(), compressed()],
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2022',
    // Nothing inline: the page's policy admits neither scripts nor styles in it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Which files each page needs, for the check of their size.
    manifest: 'manifest.json',
  },
});
