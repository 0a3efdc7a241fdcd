import { playAll, readScenarios } from '../../../contracts-evm/test/scenarios/format.ts';
import { Player } from './player.ts';

describe('scenarios on Sui', function () {
  this.timeout(120_000);
  for (const [file, scenarios] of readScenarios()) {
    describe(file, () => {
      for (const scenario of scenarios) {
        it(scenario.name, async () => {
          const { player, played } = await Player.start(scenario);
          await playAll(scenario.steps, player, played);
        });
      }
    });
  }
});
