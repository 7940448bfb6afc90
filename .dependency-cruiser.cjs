/**
 * The direction of imports (docs/architecture.md): lib <- domain <- interfaces <- engine <- operations <- cli <- compose
 * <- main. Implementations are known to compose.ts alone.
 */
const INTERFACES =
  '^src/(agent/agent|agent/routing|agent/outputs|agent/prompts/[^/]+|forge/forge|workspace/(workspace|git|repository|sandbox)|store/(store|disk|mailbox))\\.ts$'

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'lib-knows-nothing',
      severity: 'error',
      from: { path: '^src/lib/' },
      to: { path: '^src/', pathNot: '^src/lib/' },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: '^src/(domain|lib)/' },
    },
    {
      name: 'interfaces-know-the-domain',
      severity: 'error',
      from: { path: INTERFACES },
      to: { path: '^src/', pathNot: ['^src/(domain|lib)/', INTERFACES] },
    },
    {
      name: 'engine-knows-interfaces-only',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { path: '^src/', pathNot: ['^src/(domain|lib|engine)/', INTERFACES] },
    },
    {
      name: 'notify-knows-the-domain',
      severity: 'error',
      from: { path: '^src/notify/' },
      to: { path: '^src/', pathNot: ['^src/(domain|lib|notify)/', '^src/store/disk\\.ts$'] },
    },
    {
      name: 'operations-below-faces',
      severity: 'error',
      from: { path: '^src/operations/' },
      to: { path: '^src/(cli|server|compose|main|demo)' },
    },
    {
      name: 'server-below-compose',
      severity: 'error',
      from: { path: '^src/server/' },
      to: { path: '^src/(main|server-main|compose|cli|demo)' },
    },
    { name: 'cli-below-compose', severity: 'error', from: { path: '^src/cli/' }, to: { path: '^src/(main|demo)' } },
    {
      name: 'implementations-only-in-compose',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '^src/(compose|forge/(local|github)/|workspace/worktrees/|agent/claude/|store/state-dir/)',
      },
      to: { path: '^src/(forge/(?:local|github)|workspace/worktrees|agent/claude|store/state-dir)/' },
    },
    {
      name: 'implementations-apart',
      severity: 'error',
      from: { path: '^src/(forge/(?:local|github)|workspace/worktrees|agent/claude|store/state-dir)/' },
      to: {
        path: '^src/(forge/(?:local|github)|workspace/worktrees|agent/claude|store/state-dir)/',
        pathNot: '^src/$1/',
      },
    },
  ],
  options: {
    exclude: { path: '^dist/' },
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
}
