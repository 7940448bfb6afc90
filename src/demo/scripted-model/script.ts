/**
 * What a scripted model says: a scenario picks a script for a conversation, a script is a list of steps, a step is one
 * answer. Everything but functions is plain JSON.
 */

export type ConversationKind = 'plan' | 'work' | 'fix-review' | 'verify' | 'other'

/** What a scenario can tell sessions apart by. */
export type Conversation = {
  /** Read off the structured output the session is asked for. */
  readonly kind: ConversationKind
  /** The text of the prompt that is being worked on now. */
  readonly prompt: string
  /** Every prompt of the conversation so far, the present one last. */
  readonly prompts: readonly string[]
  readonly model: string
  /** The id of the agent's conversation; empty when the client did not send one. */
  readonly id: string
  readonly system: string
}

/** Since the present prompt. */
export type History = {
  /** Answers given. */
  readonly step: number
  readonly toolResults: readonly ToolResult[]
}

export type ToolResult = { readonly text: string; readonly isError: boolean }

export type Fault = {
  readonly status?: number
  /** Error type of the body; default fits the status. */
  readonly type?: string
  readonly message?: string
  readonly headers?: Readonly<Record<string, string>>
  /** The connection ends before the headers or in the middle of the answer. */
  readonly drop?: 'before' | 'mid'
  /** Nothing comes any more: no headers, or nothing after the first bytes. */
  readonly hang?: true | 'mid'
  /** How often before the step is answered properly; default once. */
  readonly times?: number | 'always'
}

export type Usage = {
  readonly input_tokens: number
  readonly output_tokens: number
  readonly cache_read_input_tokens: number
  readonly cache_creation_input_tokens: number
}

export type ToolCall = { readonly name: string; readonly input: unknown }

/** The parts of one answer, in this order: think, say, then the tools. */
export type Step = {
  readonly think?: string
  readonly say?: string
  readonly read?: string
  readonly write?: { readonly path: string; readonly text: string }
  readonly edit?: { readonly path: string; readonly from: string; readonly to: string }
  readonly bash?: string
  readonly tool?: ToolCall | readonly ToolCall[]
  /** The structured answer. */
  readonly answer?: unknown
  readonly usage?: Partial<Usage>
  readonly headers?: Readonly<Record<string, string>>
  readonly stopReason?: string
  /** Before the answer; default is the model's. */
  readonly delayMs?: number
  readonly fault?: Fault
  /** Regular expression that the latest tool result must match; otherwise the session fails, saying so. */
  readonly expect?: string
}

export type ScriptStep = Step | ((at: { readonly conversation: Conversation; readonly history: History }) => Step)
export type Script = readonly ScriptStep[]

/** The first rule that fits: `prompt` is a regular expression. */
export type ScenarioRule = { readonly kind?: ConversationKind; readonly prompt?: string; readonly steps: Script }

export type Scenario = readonly ScenarioRule[] | ((conversation: Conversation) => Script)

export function pickScript(scenario: Scenario, conversation: Conversation): Script {
  if (typeof scenario === 'function') return scenario(conversation)
  const rule = scenario.find(
    ({ kind, prompt }) =>
      (kind === undefined || kind === conversation.kind) &&
      (prompt === undefined || new RegExp(prompt).test(conversation.prompt)),
  )
  return rule?.steps ?? []
}

/** Where the script has ended the model has nothing to add. */
export function pickStep(script: Script, conversation: Conversation, history: History): Step {
  const step = script[history.step] ?? { say: 'Done.' }
  return typeof step === 'function' ? step({ conversation, history }) : step
}
