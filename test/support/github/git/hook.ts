/**
 * The hook in every bare repository: what a push may not do, checked by git itself. The rules are in the environment of
 * the push (names separated by spaces; branch names hold none).
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const HOOK = `#!/bin/sh
zero=0000000000000000000000000000000000000000
in_list() { case " $1 " in *" $2 "*) return 0;; esac; return 1; }
refuse() { echo "error: $1" >&2; echo "error: $2" >&2; exit 1; }
while read -r old new ref; do
  branch=\${ref#refs/heads/}
  [ "$branch" = "$ref" ] && continue
  header="GH006: Protected branch update failed for $ref."
  if [ "$new" = $zero ]; then
    in_list "$EMULATOR_NO_DELETE" "$branch" && refuse "$header" "Cannot delete this branch"
    continue
  fi
  in_list "$EMULATOR_NO_PUSH" "$branch" && [ "$old" != $zero ] &&
    refuse "$header" "Changes must be made through a pull request."
  if [ "$old" != $zero ] && in_list "$EMULATOR_NO_FORCE" "$branch"; then
    git merge-base --is-ancestor "$old" "$new" || refuse "$header" "Cannot force-push to this branch"
  fi
  if [ -n "$EMULATOR_NO_WORKFLOWS" ]; then
    changed=$(git log --format= --name-only "$new" --not --all -- .github/workflows | head -n 1)
    [ -n "$changed" ] && refuse "$EMULATOR_NO_WORKFLOWS \\\`$changed\\\` without \\\`workflows\\\` permission" "$ref"
  fi
done
exit 0
`

export async function installHook(gitDirectory: string): Promise<void> {
  await writeFile(join(gitDirectory, 'hooks', 'pre-receive'), HOOK, { mode: 0o755 })
}
