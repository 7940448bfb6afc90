/**
 * Which places of a machine are hidden from confined commands, and what of a home directory is a tool, a credential or
 * a cache. Tables only; paths below home are relative to it.
 */

/** Replaced by an empty private directory where they exist, besides the home directory itself. */
export const HIDDEN_DIRECTORIES: readonly string[] = [
  '/home',
  '/root',
  '/Users',
  '/mnt/c/Users', // the Windows side of WSL
  '/run', // sockets of docker, podman, containerd, ssh and gpg agents, D-Bus; mounted secrets
  '/tmp',
  '/var/tmp',
]

/** Directories whose entries are home directories. */
export const USER_DIRECTORIES: readonly string[] = ['/home', '/Users', '/mnt/c/Users']

/** Needed by every program although they lie below a hidden directory: name resolution, and all programs on NixOS. */
export const SYSTEM_PLACES: readonly string[] = [
  '/run/systemd/resolve',
  '/run/current-system',
  '/run/booted-system',
  '/run/opengl-driver',
  '/run/nscd',
]

/** Point to sockets that are not there any more; programs fall back better when they are unset. */
export const UNSET_VARIABLES: readonly string[] = [
  'SSH_AUTH_SOCK',
  'GPG_AGENT_INFO',
  'DBUS_SESSION_BUS_ADDRESS',
  'XDG_RUNTIME_DIR',
  'TMP',
  'TEMP',
]

/**
 * Tool managers whose directory holds more than tools, or tools outside what their PATH entry shows. The first row that
 * a PATH entry lies in applies; only the named parts come back, read-only. `.` is the whole directory.
 */
export const TOOL_HOMES: readonly { readonly directory: string; readonly parts: readonly string[] }[] = [
  { directory: '.cargo', parts: ['.cargo/bin', '.cargo/env', '.rustup'] }, // credentials.toml stays away
  { directory: '.rustup', parts: ['.rustup'] },
  { directory: 'go', parts: ['go/bin'] },
  { directory: '.bun', parts: ['.bun/bin', '.bun/install/global'] },
  { directory: '.deno', parts: ['.deno/bin'] },
  { directory: '.nvm', parts: ['.nvm'] },
  { directory: '.fnm', parts: ['.fnm'] },
  { directory: '.volta', parts: ['.volta'] },
  { directory: '.nodenv', parts: ['.nodenv'] },
  { directory: '.npm-global', parts: ['.npm-global'] },
  { directory: '.asdf', parts: ['.asdf', '.asdfrc', '.tool-versions'] },
  { directory: '.pyenv', parts: ['.pyenv'] },
  { directory: '.rye', parts: ['.rye/shims', '.rye/self', '.rye/py', '.rye/tools'] },
  { directory: '.rbenv', parts: ['.rbenv'] },
  { directory: '.rvm', parts: ['.rvm'] },
  { directory: '.goenv', parts: ['.goenv'] },
  { directory: '.jenv', parts: ['.jenv'] },
  { directory: '.sdkman', parts: ['.sdkman/candidates', '.sdkman/bin'] },
  { directory: '.dotnet', parts: ['.dotnet'] },
  { directory: '.ghcup', parts: ['.ghcup'] },
  { directory: '.opam', parts: ['.opam'] },
  { directory: '.juliaup', parts: ['.juliaup', '.julia/juliaup'] },
  { directory: '.linuxbrew', parts: ['.linuxbrew'] },
  { directory: '.local/share/mise', parts: ['.local/share/mise/installs', '.local/share/mise/shims'] },
  { directory: '.local/share/fnm', parts: ['.local/share/fnm'] },
  { directory: '.local/share/pnpm', parts: ['.local/share/pnpm'] },
  { directory: '.local', parts: ['.local/bin', '.local/lib'] },
]

/** Beside an unknown tool's `bin` in a dot directory, all that comes back: the rest may be its login. */
export const TOOL_PARTS: readonly string[] = ['lib', 'lib64', 'libexec', 'include', 'share', 'pyvenv.cfg']

/** Shown without being asked for: without them `git status` inside and outside would differ. Never ~/.gitconfig. */
export const HOME_SETTINGS: readonly string[] = ['.config/git/ignore', '.config/git/attributes']

/**
 * Covered again wherever something wider (a tool's directory, a repository in the home directory) would show them.
 * What a confinement names itself is its own decision.
 */
export const CREDENTIALS: readonly string[] = [
  '.ssh',
  '.gnupg',
  '.claude',
  '.claude.json',
  '.claudetm',
  '.codex',
  '.gemini',
  '.config/gh',
  '.config/glab-cli',
  '.config/hub',
  '.config/gcloud',
  '.config/git/credentials',
  '.config/containers',
  '.config/composer/auth.json',
  '.config/op',
  '.config/rclone',
  '.config/sops',
  '.config/google-chrome',
  '.config/chromium',
  '.mozilla',
  '.gitconfig',
  '.git-credentials',
  '.netrc',
  '.npmrc',
  '.yarnrc',
  '.yarnrc.yml',
  '.bunfig.toml',
  '.pypirc',
  '.config/pip',
  '.pip',
  '.config/pypoetry',
  '.local/share/uv/credentials',
  '.local/share/keyrings',
  '.local/share/kwalletd',
  '.local/share/python_keyring',
  '.password-store',
  '.local/share/gopass',
  '.cargo/credentials',
  '.cargo/credentials.toml',
  '.gem/credentials',
  '.bundle/config',
  '.composer/auth.json',
  '.m2/settings.xml',
  '.m2/settings-security.xml',
  '.gradle/gradle.properties',
  '.nuget/NuGet',
  '.aws',
  '.azure',
  '.kube',
  '.docker',
  '.terraform.d/credentials.tfrc.json',
  '.terraformrc',
  '.vault-token',
  '.fly/config.yml',
  '.pulumi/credentials.json',
  '.pgpass',
  '.my.cnf',
  '.s3cfg',
  '.boto',
  '.bash_history',
  '.zsh_history',
  '.python_history',
  '.node_repl_history',
]

/** Written by package managers; each is its own directory below the cache directory, or private where there is none. */
export const CACHES: readonly string[] = [
  '.cache',
  '.npm',
  '.yarn',
  '.local/share/pnpm/store',
  '.bun/install/cache',
  '.cargo/registry',
  '.cargo/git',
  'go/pkg',
  '.m2',
  '.gradle',
  '.ivy2',
  '.sbt',
  '.nuget/packages',
  '.composer/cache',
  '.bundle/cache',
  '.pub-cache',
]
