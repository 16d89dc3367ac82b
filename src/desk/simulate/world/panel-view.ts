import { PANEL_PINS } from '../../../../hardware/gpio/panel.ts';
import { byteOf, registerFault, registersOf } from '../../../../hardware/gpio/register-file.ts';
import type { LossyFiles } from '../../../simulation/disk/lossy-files.ts';

const { a, b, tamper } = PANEL_PINS;
const CONTACTS = { a, b, tamper } as const;
/** Within so long somebody has seen that the panel is gone. */
export const LOST_MS_MAX = 3_000;

/** The panel of a simulated desk as it lies on the disk, and what becomes of it. */
export class PanelView {
  readonly #disk: LossyFiles;
  readonly #path: string;
  readonly #nowMs: () => number;
  #lostMs: number | null = null;

  constructor(disk: LossyFiles, path: string, nowMs: () => number) {
    this.#disk = disk;
    this.#path = path;
    this.#nowMs = nowMs;
  }

  /** It vanishes, as a device does that is pulled out. */
  lose(): void {
    if (this.#disk.read(this.#path) === null) return;
    this.#disk.remove(this.#path);
    this.#lostMs ??= this.#nowMs();
  }

  /** Somebody puts another one in its place, with all its contacts closed. @returns whether */
  replace(): boolean {
    if (this.#lostMs === null) return false;
    this.#lostMs = null;
    this.#disk.replace(this.#path, registersOf(Object.values(CONTACTS)));
    return true;
  }

  /** Why no order may leave on account of the panel; empty when one may. */
  fault(): string {
    const bytes = this.#disk.read(this.#path);
    if (registerFault(this.#path, bytes) !== null || bytes === null) {
      const lostMs = this.#lostMs === null ? 0 : this.#nowMs() - this.#lostMs;
      return lostMs > LOST_MS_MAX ? `the panel is gone for ${Math.round(lostMs)} ms` : '';
    }
    this.#lostMs = null;
    const open = Object.entries(CONTACTS).filter(([, pin]) => bytes[pin] !== byteOf(1));
    return open.length === 0 ? '' : `open: ${open.map(([name]) => name).join(', ')}`;
  }
}
