/** What the audit itself adds to the journal. */
export type AuditEvent =
  /** Shows that somebody still writes: whoever suppresses the record leaves a gap. */
  | {
      readonly kind: 'heartbeat';
      /** Sequence up to which a signed checkpoint covered the journal when it was written. */
      readonly covered: number;
    }
  /**
   * The log is to be handed over to another key. The entry of this event carries the signatures of
   * both keys, which only the writer of the log can make.
   */
  | {
      readonly kind: 'audit-key-rotated';
      /** Verifier key of the successor; its private half lies beside that of the current key. */
      readonly newKey: string;
    };
