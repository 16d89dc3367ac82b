import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { GpiodOptions } from '../../../hardware/gpio/gpiod.ts';
import type { Timers } from '../../../src/core/env.ts';
import { nodeTimers } from '../../../src/core/node-env.ts';

/**
 * Stand-ins for gpiomon, gpioget and gpioset. They refuse every option that the help text of their
 * version does not list; a chip would be needed for the real ones. A line is a FIFO: what is
 * written into it is printed by the `gpiomon` of that line. A wire leads from an output to an
 * input.
 */
const SCRIPT = `#!/bin/sh
here=$(dirname "$0")
tool=$(basename "$0")
version=$(cat "$here/version")
[ "$1" = --version ] && { echo "$tool (libgpiod) $version"; exit 0; }
echo "$tool $*" >> "$here/calls"
offsets=0
for word; do
  case "$version $tool $word" in
    v1.*" gpiomon --line-buffered" | v1.*" gpiomon --format="*) ;;
    v1.*" gpioset --mode=signal") ;;
    v1.*" gpio"*" --bias=pull-down") ;;
    v1.*" gpio"*" gpiochip0") ;;
    v2.*" gpiomon --edges=both" | v2.*" gpiomon --format="*) ;;
    v2.*" gpioget --numeric") ;;
    v2.*" gpio"*" --bias=pull-down" | v2.*" gpio"*" --chip=gpiochip0") ;;
    *" "[0-9]* ) offsets=$((offsets + 1)); last=$word ;;
    *) echo "$tool: unrecognized option '$word'" >&2; exit 1 ;;
  esac
done
[ "$offsets" = 1 ] || { echo "$tool: exactly one line is expected" >&2; exit 1; }
case "$tool" in
  gpioget)
    if [ -e "$here/pid-$last" ] && kill -0 "$(cat "$here/pid-$last")" 2>&-; then
      echo "$tool: Device or resource busy" >&2; exit 1
    fi
    cat "$here/level-$last" ;;
  gpiomon) echo "$$" > "$here/pid-$last"; exec cat "$here/line-$last" ;;
  gpioset)
    line=\${last%=*}
    [ -e "$here/wire-$line" ] && "$here/follow" "$(cat "$here/wire-$line")" "\${last#*=}"
    echo "$$" > "$here/pid-$line"; exec cat "$here/held" ;;
esac
`;

export class FakeGpiod {
  readonly options: GpiodOptions;
  readonly #folder: string;
  readonly #words: readonly [falling: string, rising: string];
  readonly #lines = new Map<number, number>();

  constructor(
    folder: string,
    version: string,
    parts: {
      readonly inputs?: readonly number[];
      /** Inputs that show 0; the others show 1. */
      readonly open?: readonly number[];
      readonly wires?: readonly (readonly [output: number, input: number])[];
    } = {},
  ) {
    const { inputs = [17, 27], open = [], wires = [] } = parts;
    this.#folder = folder;
    this.#words = version.startsWith('v1') ? ['0', '1'] : ['falling', 'rising'];
    this.options = {
      ...{ chip: 'gpiochip0', inputs, outputs: [22] },
      ...{ folder, toolFolder: folder },
    };
    this.#write('version', version);
    this.#write('calls', '');
    for (const tool of ['gpiomon', 'gpioget', 'gpioset']) {
      this.#write(tool, SCRIPT);
      chmodSync(join(folder, tool), 0o755);
    }
    for (const pin of this.options.inputs) {
      this.#write(`level-${pin}`, open.includes(pin) ? '0\n' : '1\n');
      this.#lines.set(pin, this.#fifo(`line-${pin}`));
    }
    this.#lines.set(-1, this.#fifo('held'));
    const [falling, rising] = this.#words;
    const word = `[ "$2" = 1 ] && word=${rising} || word=${falling}`;
    const print = 'echo "$word" > "$(dirname "$0")/line-$1"';
    this.#write('follow', `#!/bin/sh\n${word}\n${print}\n`);
    chmodSync(join(folder, 'follow'), 0o755);
    for (const [output, input] of wires) this.#write(`wire-${output}`, `${input}\n`);
  }

  set(file: string, content: string): void {
    this.#write(file, content);
  }

  /** What the tools were called with, sorted out by tool. */
  calls(): string[] {
    return readFileSync(join(this.#folder, 'calls'), 'utf8').split('\n').slice(0, -1);
  }

  /** The process that has a line, or 0 while none has had it yet. */
  holder(pin: number): number {
    const path = join(this.#folder, `pid-${pin}`);
    return existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
  }

  edge(pin: number, level: 0 | 1): void {
    this.print(pin, `${this.#words[level]}\n`);
  }

  print(pin: number, text: string): void {
    writeSync(this.#lines.get(pin) as number, text);
  }

  end(): void {
    for (const fd of this.#lines.values()) closeSync(fd);
  }

  #write(name: string, content: string): void {
    writeFileSync(join(this.#folder, name), content);
  }

  #fifo(name: string): number {
    const path = join(this.#folder, name);
    execFileSync('mkfifo', [path]);
    return openSync(path, constants.O_RDWR);
  }
}

/** Real timers whose waits are a tenth, so that a time-out of seconds can be tested. */
export const quickTimers: Timers = {
  after: (delayMs, run) => nodeTimers.after(delayMs / 10, run),
  turn: (run) => nodeTimers.turn(run),
};
