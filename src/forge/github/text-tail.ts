/** The end of a text that is too long to be kept: the end of a log is where it failed. */

export async function readTail(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<{ text: string; truncated: boolean }> {
  const chunks: Uint8Array[] = []
  let size = 0
  let truncated = false
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    size += chunk.length
    for (let oldest = chunks[0]; oldest !== undefined && size - oldest.length >= maxBytes; oldest = chunks[0]) {
      chunks.shift()
      size -= oldest.length
      truncated = true
    }
  }
  const bytes = Buffer.concat(chunks)
  if (bytes.length <= maxBytes) return { text: bytes.toString('utf8'), truncated }
  return { text: withoutHalfCharacter(bytes.subarray(bytes.length - maxBytes)).toString('utf8'), truncated: true }
}

/** A cut in the middle of a UTF-8 sequence leaves its last bytes in front. */
function withoutHalfCharacter(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80)
  return start > 0 && start < 4 ? bytes.subarray(start) : bytes
}
