import { defineConfig } from 'rolldown'

/**
 * One file per lazily imported part, so that `claudetm status` loads only what it prints with. CommonJS because it starts
 * faster: importing `node:util` and its like into an ES module loads every lazy part of them (measured: 10 of 60 ms).
 */
const common = defineConfig({ platform: 'node', external: [/^node:/, '@anthropic-ai/claude-agent-sdk'] })
const output = {
  format: 'cjs',
  cleanDir: true,
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
  sourcemap: false,
} as const

const commandLine = defineConfig({
  ...common,
  input: { main: 'src/main.ts' },
  output: {
    ...output,
    dir: 'dist/cli',
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

/** By itself: what the server shares with the command line must not change how that is cut into files. */
const server = defineConfig({
  ...common,
  input: { 'server-main': 'src/server-main.ts' },
  output: { ...output, dir: 'dist/server' },
})

export default [commandLine, server]
