import { readScenarios } from '../../../contracts-evm/test/scenarios/format.ts';
import { Player } from './player.ts';

describe('scenarios on Sui', function () {
  this.timeout(120_000);
  for (const [file, scenarios] of readScenarios()) {
    describe(file, () => {
      for (const scenario of scenarios) {
        it(scenario.name, async () => {
          const player = await Player.start(scenario);
          for (const [i, step] of scenario.steps.entries()) {
            try {
              await player.play(step);
            } catch (error) {
              throw new Error(`step ${i + 1}, ${JSON.stringify(step)}: ${(error as Error).message}`, { cause: error });
            }
          }
        });
      }
    });
  }
});
