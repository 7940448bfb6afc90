/** Files that tell agents what to do: whoever changes them changes every later session. */
import type { Changes } from './changes.ts'
import { type Sighting, sightFile } from './sighting.ts'

const INSTRUCTIONS =
  /(?:^|\/)(?:CLAUDE(?:\.local)?\.md|AGENTS?\.md|GEMINI\.md|\.mcp\.json|\.cursorrules|\.windsurfrules|\.clinerules|\.aider[^/]*|\.goosehints)$|(?:^|\/)\.(?:claude|cursor|windsurf|continue|roo|junie|kiro|codex|gemini|clinerules|amazonq)\/|(?:^|\/)\.github\/(?:copilot-instructions\.md|instructions\/|prompts\/|agents\/|chatmodes\/)|(?:^|\/)SKILL\.md$/i

export function findAgentInstructions({ files }: Changes): readonly Sighting[] {
  return files
    .filter(({ path, from }) => INSTRUCTIONS.test(path) || (from !== null && INSTRUCTIONS.test(from)))
    .map((file) => ({
      ...sightFile(file, 'instructions for agents are changed'),
      key: file.hunks.flatMap(({ removed, added }) => [...removed, '\0', ...added]).join('\n'),
    }))
}
