/** Figures for Prometheus. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  readonly failures: Counter<'stage'>;
  readonly nodeTrouble: Counter<'chain' | 'code'>;
  readonly proofSeconds: Histogram;
  readonly submissionGas: Histogram<'chain'>;
  readonly head: Gauge<'chain'>;
  readonly finalityLagSeconds: Gauge<'chain'>;
  readonly queueDepth: Gauge<'stage'>;
  readonly messages: Gauge<'state'>;
  readonly enclaves: Gauge;
  readonly keyExpirySeconds: Gauge<'chain' | 'signer'>;
  readonly collateralExpirySeconds: Gauge<'chain' | 'signer'>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    failures: new Counter({
      name: 'corridor_stage_failures_total',
      help: 'Jobs to be done again',
      labelNames: ['stage'],
      registers,
    }),
    nodeTrouble: new Counter({
      name: 'corridor_node_trouble_total',
      help: 'Nodes that could not be reached, lacked something or contradicted themselves or others',
      labelNames: ['chain', 'code'],
      registers,
    }),
    proofSeconds: new Histogram({
      name: 'corridor_proof_seconds',
      help: 'From evidence to signatures of all enclaves, for one run',
      buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10],
      registers,
    }),
    submissionGas: new Histogram({
      name: 'corridor_submission_gas',
      help: 'Gas of a transaction that delivers; MIST on Sui',
      labelNames: ['chain'],
      buckets: [1e5, 3e5, 1e6, 3e6, 1e7, 3e7, 1e8, 3e8],
      registers,
    }),
    head: new Gauge({
      name: 'corridor_final_height',
      help: 'Newest final block that is stored',
      labelNames: ['chain'],
      registers,
    }),
    finalityLagSeconds: new Gauge({
      name: 'corridor_finality_lag_seconds',
      help: 'Age of the newest final block',
      labelNames: ['chain'],
      registers,
    }),
    queueDepth: new Gauge({
      name: 'corridor_queue_depth',
      help: 'Jobs that wait or are worked on',
      labelNames: ['stage'],
      registers,
    }),
    messages: new Gauge({ name: 'corridor_messages', help: 'Messages by state', labelNames: ['state'], registers }),
    enclaves: new Gauge({ name: 'corridor_enclaves_connected', help: 'Enclaves that answer', registers }),
    keyExpirySeconds: new Gauge({
      name: 'corridor_key_expiry_seconds',
      help: 'Until a key of this host expires',
      labelNames: ['chain', 'signer'],
      registers,
    }),
    collateralExpirySeconds: new Gauge({
      name: 'corridor_collateral_expiry_seconds',
      help: 'Until the evidence behind a key of this host ends',
      labelNames: ['chain', 'signer'],
      registers,
    }),
  };
}
