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
  readonly collateralExpirySeconds: Gauge<'chain' | 'machine'>;
  readonly expiryAlarm: Gauge<'kind' | 'chain' | 'subject'>;
  readonly keysEntered: Counter<'chain'>;
  readonly operatorFailures: Counter<'what' | 'rule'>;
  readonly nodeDisagreement: Gauge<'chain'>;
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
      help: 'Until the collateral on chain ends that machines of one kind are judged by',
      labelNames: ['chain', 'machine'],
      registers,
    }),
    expiryAlarm: new Gauge({
      name: 'corridor_expiry_alarm',
      help: '1, 2, 3 where a key or collateral ends within 10, 5, 2 days, else 0',
      labelNames: ['kind', 'chain', 'subject'],
      registers,
    }),
    keysEntered: new Counter({
      name: 'corridor_keys_entered_total',
      help: 'Registrations and renewals that went through',
      labelNames: ['chain'],
      registers,
    }),
    operatorFailures: new Counter({
      name: 'corridor_operator_failures_total',
      help: 'Renewals, fetches and uploads that failed, by the rule that was broken',
      labelNames: ['what', 'rule'],
      registers,
    }),
    nodeDisagreement: new Gauge({
      name: 'corridor_node_disagreement',
      help: 'Nodes that show another block than the final one at its height',
      labelNames: ['chain'],
      registers,
    }),
  };
}
