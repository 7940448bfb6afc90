import { defineConfig } from 'rolldown'

/**
 * One file per lazily imported part, so that `claudetm status` loads only what it prints with. CommonJS because it starts
 * faster: importing `node:util` and its like into an ES module loads every lazy part of them (measured: 10 of 60 ms).
 */
export default defineConfig({
  input: { main: 'src/main.ts' },
  platform: 'node',
  external: [/^node:/, '@anthropic-ai/claude-agent-sdk'],
  output: {
    dir: 'dist',
    format: 'cjs',
    cleanDir: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    sourcemap: false,
    // Small pure modules that several parts need: each file to open costs half a millisecond.
    codeSplitting: {
      groups: [
        {
          name: 'shared',
          test: /src[/](domain[/](failure|failure-sentence|budget|run|plan)|lib[/]plain-text|cli[/](paint|print|words|text-width))\.ts/,
          minShareCount: 2,
        },
      ],
    },
  },
})
