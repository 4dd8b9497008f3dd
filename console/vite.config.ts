import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// The policy that the server sends; `vite preview` sends it too, so that a breach shows early. The
// server names its own host; here any will do.
const ASSETS = "*:*/_console/assets/";
const POLICY =
  `default-src 'none'; script-src ${ASSETS}; style-src ${ASSETS}; img-src ${ASSETS} data:; font-src ${ASSETS}; ` +
  `worker-src ${ASSETS}; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

// `SHOSEKI_ORIGIN=http://127.0.0.1:4566 npm run dev` hands everything that is not the console
// to a running server, with the `Host` that the browser signed.
const target = process.env.SHOSEKI_ORIGIN;
const own = "_console/(\\?|$|src/|@|node_modules/|assets/|index)";
const toServer = target ? { [`^/(?!${own})`]: { target, changeOrigin: false } } : {};

// The design system's sheet carries eight faces of Open Sans inside itself, of which a page draws
// with two. As files they are loaded when a letter needs them, and the sheet shrinks by two thirds.
const FACE = /font-weight:\s*(\d+);\s*font-style:\s*(\w+);\s*src:\s*url\(['"]?data:font\/woff2;[^,]*base64,([^'")]+)['"]?\)/g;
const FIRST_FACES = ["open-sans-400-normal.woff2", "open-sans-700-normal.woff2"];

function fontFiles(): Plugin {
  return {
    name: "font-files",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      if (!/global-styles[\\/]index\.css$/.test(id)) return null;
      let faces = 0;
      const sheet = code.replace(FACE, (_, weight: string, style: string, data: string) => {
        faces += 1;
        const fileName = `assets/open-sans-${weight}-${style}.woff2`;
        const reference = this.emitFile({ type: "asset", fileName, source: Buffer.from(data, "base64") });
        return `font-weight:${weight};font-style:${style};font-display:swap;src:url(__VITE_ASSET__${reference}__)`;
      });
      if (faces === 0 || sheet.includes("data:font")) this.error("the design system's fonts are written in another way");
      return sheet;
    },
    transformIndexHtml: () =>
      FIRST_FACES.map((face) => ({
        tag: "link",
        attrs: { rel: "preload", as: "font", type: "font/woff2", crossorigin: true, href: `/_console/assets/${face}` },
        injectTo: "head",
      })),
  };
}

// File names are stable: a release changes only the files whose text changed,
// and the server's ETag, not the name, shows browsers what is new.
// One chunk per service, one for everything the services share, and the
// libraries apart, because they change least.
export default defineConfig({
  base: "/_console/",
  plugins: [react(), fontFiles()],
  server: { proxy: toServer },
  preview: { proxy: toServer, headers: { "content-security-policy": POLICY } },
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 4096,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    license: { fileName: "licenses.md" },
    rolldownOptions: {
      output: {
        entryFileNames: "assets/[name].js",
        chunkFileNames: (chunk) => {
          const id = chunk.facadeModuleId ?? "";
          // A chunk that only holds the address of a file must not take that file's name.
          if (id.endsWith("?url")) return "assets/[name]-url.js";
          const service = /src[\\/]pages[\\/](\w+)[\\/]/.exec(id)?.[1];
          return service ? `assets/open-${service}.js` : "assets/[name].js";
        },
        assetFileNames: "assets/[name][extname]",
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: "editor", test: /node_modules[\\/]ace-builds[\\/]/, priority: 40 },
            { name: "lang-en", test: /(messages[\\/]all\.en\.js|i18n[\\/]\w+\.en\.json|i18n[\\/]all\.en\.ts)/, priority: 35 },
            { name: "lang-ja", test: /(messages[\\/]all\.ja\.js|i18n[\\/]\w+\.ja\.json|i18n[\\/]all\.ja\.ts)/, priority: 35 },
            { name: "aws", test: /node_modules[\\/](@aws-sdk|@smithy|@aws-crypto|@aws)[\\/]/, priority: 30 },
            { name: "vendor", test: /node_modules[\\/]/, priority: 20 },
            {
              name: (id: string) => {
                const service = /src[\\/]pages[\\/](\w+)[\\/]/.exec(id)?.[1];
                return service ? `page-${service}` : null;
              },
              priority: 10,
            },
            { name: "shared", test: /src[\\/](aws[\\/]|components[\\/]|i18n[\\/]|shell[\\/]|pages[\\/]registry)/, priority: 5 },
          ],
        },
      },
    },
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
