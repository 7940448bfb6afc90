import { defineConfig } from 'rolldown'

/** One file per lazily imported part, so that `claudetm status` loads only what it prints with. */
export default defineConfig({
  input: { main: 'src/main.ts' },
  platform: 'node',
  external: [/^node:/, '@anthropic-ai/claude-agent-sdk'],
  output: { dir: 'dist', format: 'esm', cleanDir: true, chunkFileNames: '[name]-[hash].js', sourcemap: false },
})
