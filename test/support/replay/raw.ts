/** A line of a raw recording that was received: a frame, or the body of a reply. */
export interface RawLine {
  readonly localMs: number;
  readonly body: string;
}

/** Lines `<seconds>: <frame>` and `<url> -> <seconds>: <body>`; what was sent is left out. */
export function rawLines(recorded: Uint8Array): readonly RawLine[] {
  return new TextDecoder()
    .decode(recorded)
    .split('\n')
    .flatMap((line) => {
      const match = /^(?:https?:\S+ -> )?(\d+\.\d+): (.*)$/.exec(line);
      return match === null ? [] : [{ localMs: Number(match[1]) * 1000, body: match[2] as string }];
    });
}
