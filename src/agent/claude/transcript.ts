/**
 * Reads the transcripts the agent's process keeps (`<claude directory>/projects/<project>/<conversation>.jsonl`). The
 * SDK's own reader leaves out what is needed here: times, accepted answers and saved costs.
 *
 * Measured (2.1.330): every block of an answer is an entry of its own, all with the final usage of the whole answer; an
 * accepted structured answer is followed by an attachment `structured_output` with its data; `cost-state` holds the
 * totals of the conversation and is written when a process ends by itself. Files are only ever appended to.
 */
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const tokens = z.number().catch(0)
const usage = z.object({
  input_tokens: tokens,
  output_tokens: tokens,
  cache_read_input_tokens: tokens,
  cache_creation_input_tokens: tokens,
})
const modelTotals = z.object({
  inputTokens: tokens,
  outputTokens: tokens,
  cacheReadInputTokens: tokens,
  cacheCreationInputTokens: tokens,
  costUSD: tokens,
})

const entry = z.union([
  z.object({
    type: z.literal('assistant'),
    timestamp: z.string(),
    isSidechain: z.boolean().optional(),
    message: z.object({ id: z.string(), model: z.string(), usage }),
  }),
  z.object({ type: z.literal('user'), timestamp: z.string() }),
  z.object({
    type: z.literal('attachment'),
    timestamp: z.string(),
    attachment: z.object({ type: z.literal('structured_output'), data: z.unknown() }),
  }),
  z.object({ type: z.literal('cost-state'), totalCostUSD: tokens, modelUsage: z.record(z.string(), modelTotals) }),
])

export type TranscriptEntry = z.output<typeof entry>
export type AssistantEntry = Extract<TranscriptEntry, { type: 'assistant' }>
/** In order of time. */
export type Transcript = readonly TranscriptEntry[]
export type ModelTotals = Readonly<Record<string, z.output<typeof modelTotals>>>
export type TranscriptUsage = z.output<typeof usage>

/** Entries of interest in order; null when there is no such conversation. A torn last line is left out. */
export async function readTranscript(claudeDirectory: string, conversationId: string): Promise<Transcript | null> {
  const file = await findTranscript(claudeDirectory, conversationId)
  if (file === null) return null
  return (await readFile(file, 'utf8')).split('\n').flatMap(parseLine)
}

/**
 * Removes a transcript without a prompt in it, which a process leaves that was killed at once: it cannot be continued,
 * and its id cannot be used again while it is there (measured).
 */
export async function removeEmptyTranscript(claudeDirectory: string, conversationId: string): Promise<void> {
  const file = await findTranscript(claudeDirectory, conversationId)
  if (file !== null) await rm(file, { force: true })
}

/** Whether there is anything to continue. */
export function hasPrompt(transcript: Transcript | null): transcript is Transcript {
  return transcript?.some((item) => item.type === 'user') === true
}

/** The directory's name is made from the working directory in a way that is not documented; the id is unique. */
async function findTranscript(claudeDirectory: string, conversationId: string): Promise<string | null> {
  const projects = join(claudeDirectory, 'projects')
  const name = `${conversationId}.jsonl`
  for (const project of await readNames(projects)) {
    if ((await readNames(join(projects, project))).includes(name)) return join(projects, project, name)
  }
  return null
}

async function readNames(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  }
}

function parseLine(line: string): TranscriptEntry[] {
  try {
    const parsed = entry.safeParse(JSON.parse(line))
    return parsed.success ? [parsed.data] : []
  } catch {
    return []
  }
}

/** Answers of the model; notes the process writes in its name have no model. */
export function isAnswer(item: TranscriptEntry): item is AssistantEntry {
  return item.type === 'assistant' && item.message.model !== '<synthetic>'
}
