/** A unit of systemd as it is written: values by directive, in their order, for each section. */
export class UnitFile {
  readonly #values = new Map<string, string[]>();

  /** @throws for a line that is neither comment, section nor directive */
  constructor(text: string) {
    let section = '';
    for (const line of text.split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const head = /^\[(\w+)\]$/.exec(line);
      const pair = /^(\w+)=(.*)$/.exec(line);
      if (head !== null) section = head[1] as string;
      else if (pair === null || section === '') throw new Error(`no directive: ${line}`);
      else {
        const name = `${section}.${pair[1]}`;
        this.#values.set(name, [...(this.#values.get(name) ?? []), pair[2] as string]);
      }
    }
  }

  /** `Service.User` and so on. */
  names(): string[] {
    return [...this.#values.keys()];
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** The value of what stands there once. */
  one(name: string): string {
    const values = this.all(name);
    if (values.length !== 1) throw new Error(`${name}: found ${values.length} values, wanted one`);
    return values[0] as string;
  }

  /** What stands there once, divided at blanks. */
  words(name: string): readonly string[] {
    return this.one(name).split(' ');
  }
}
