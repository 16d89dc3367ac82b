/**
 * Whether every frame of a connection has come. `sequence_num` counts the frames of all channels
 * together; heartbeats have a counter of their own beside it.
 */
export class SequenceGuard {
  #last = -1;
  #heartbeat = -1;

  /**
   * The very same number twice is one frame twice. A lower one is a gap: passed over, a counter
   * that began anew would freeze every book for as long as it stays behind.
   */
  onFrame(sequence: number): 'next' | 'duplicate' | 'gap' {
    const last = this.#last;
    if (sequence === last) return 'duplicate';
    this.#last = sequence;
    return last < 0 || sequence === last + 1 ? 'next' : 'gap';
  }

  onHeartbeat(counter: number): 'next' | 'gap' {
    const last = this.#heartbeat;
    this.#heartbeat = counter;
    return last < 0 || counter === last + 1 ? 'next' : 'gap';
  }

  /** Another connection begins to count anew. */
  reset(): void {
    this.#last = -1;
    this.#heartbeat = -1;
  }
}
