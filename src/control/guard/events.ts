/** What the guard means for the desk, as the journal has it. */
export type GuardJournalEvent =
  | { readonly kind: 'guard-armed'; readonly pid: number }
  | { readonly kind: 'guard-lost'; readonly reason: string }
  | { readonly kind: 'guard-tripped'; readonly trip: number; readonly cause: string };
