import { playAll, readScenarios } from './format.ts';
import { Player } from './player.ts';

describe('scenarios', function () {
  this.timeout(120_000);
  for (const [file, scenarios] of readScenarios()) {
    describe(file, () => {
      for (const scenario of scenarios) {
        it(scenario.name, async () => playAll(scenario.steps, await Player.start(scenario)));
      }
    });
  }
});
