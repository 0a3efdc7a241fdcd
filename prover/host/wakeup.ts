/** Sleeps until woken, for a time at most; a call that comes while nobody sleeps is not lost. */
export class Wakeup {
  #isDue = false;
  #wake: (() => void) | undefined;

  wake(): void {
    this.#isDue = true;
    this.#wake?.();
  }

  async sleep(milliseconds: number): Promise<void> {
    if (!this.#isDue) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
    this.#isDue = false;
  }
}
