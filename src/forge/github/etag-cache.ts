/**
 * What GitHub answered to GETs, by url, with its ETag: asked again, it answers "not modified" without counting against
 * the rate limit, and the kept body counts. Octokit does not keep bodies.
 */

export type EtagCache = {
  find(url: string): { readonly etag: string; readonly data: unknown } | null
  keep(url: string, etag: unknown, data: unknown): void
}

/** The oldest unused answer goes first. */
export function createEtagCache(maxEntries = 300): EtagCache {
  const entries = new Map<string, { etag: string; data: unknown }>()
  return {
    find(url) {
      const entry = entries.get(url)
      if (entry === undefined) return null
      entries.delete(url) // to the end of the line
      entries.set(url, entry)
      return entry
    },
    keep(url, etag, data) {
      entries.delete(url)
      if (typeof etag !== 'string' || etag === '') return
      entries.set(url, { etag, data })
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries) return
        entries.delete(oldest)
      }
    },
  }
}
