/** `again`: look and decide once more. Everything else ends the reconciler for now. */
export type ActResult = 'again' | 'blocked' | 'paused' | 'finished'
