/// A deployment for tests, with a verifier of their own: whatever evidence a test names, it gives.
#[test_only]
module corridor::world;

use corridor::{
    authority::{Self, Authority, Guard, GovernanceCap, GuardianCap, SetupCap},
    claims::{Self, Claim},
    entry,
    evidence::{Self, Evidence},
    fixtures,
    inbox::{Self, Accepted, Inbox},
    loosening,
    merkle,
    message::{Self, Message},
    origins,
    outbox::{Self, Outbox},
    policy,
    registration,
    registry::{Self, Challenge, OperatorCap, Registry},
    setup,
    signature,
    statement::{Self, Statement}
};
use std::unit_test;
use sui::{clock::{Self, Clock}, test_scenario::{Self, Scenario}};

const START: u64 = 1_750_000_000;
const SUI_IDENTIFIER: u32 = 0x35834a8a;
const DAY: u64 = 86_400;
const TDX: u8 = 2;

public struct World {
    scenario: Scenario,
    authority: Authority,
    registry: Registry,
    outbox: Outbox,
    inbox: Inbox,
    governance: GovernanceCap,
    guardian: GuardianCap,
    setup: Option<SetupCap>,
    clock: Clock,
    operators: vector<OperatorCap>,
}

// Set-up.

/// Right after the package was published.
public fun published(): World {
    let mut scenario = test_scenario::begin(@0xa11ce);
    authority::init_for_testing(scenario.ctx());
    registry::init_for_testing(scenario.ctx());
    outbox::init_for_testing(scenario.ctx());
    inbox::init_for_testing(scenario.ctx());
    scenario.next_tx(@0xa11ce);
    let mut clock = clock::create_for_testing(scenario.ctx());
    clock.set_for_testing(START * 1000);
    World {
        authority: scenario.take_shared(),
        registry: scenario.take_shared(),
        outbox: scenario.take_shared(),
        inbox: scenario.take_shared(),
        governance: scenario.take_from_sender(),
        guardian: scenario.take_from_sender(),
        setup: option::some(scenario.take_from_sender()),
        clock,
        operators: vector[],
        scenario,
    }
}

/// In the set-up, the chain declared.
public fun declared(is_localnet: bool): World {
    let mut world = published();
    world.declare(is_localnet);
    world
}

/// In use: three operators, a verifier, an entry, TCB statuses 1 and 2, a lane, an origin with a policy of 2 of
/// 2 operators on 2 platforms.
public fun ready(is_localnet: bool): World {
    let mut world = declared(is_localnet);
    world.configure();
    world.finish();
    world
}

public fun configure(self: &mut World) {
    3u64.do!(|_| {
        let cap = registry::new_operator(self.scenario.ctx());
        self.operators.push_back(cap);
        let id = object::id(&self.operators[self.operators.length() - 1]);
        self.admit_operator(id);
    });
    self.admit_verifier(evidence::verifier(claims::tester(), claims::root(), true));
    self.add_entry(claims::configuration(), START + 60 * DAY);
    self.accept_status(1);
    self.accept_status(2);
    self.open_lane(1_000, 10, 1);
    self.add_origin(2, 2, 2, 1);
}

public fun finish(self: &mut World) {
    setup::finish(
        self.setup.extract(),
        &mut self.authority,
        &mut self.registry,
        &mut self.outbox,
        &mut self.inbox,
    );
}

public fun end(self: World) {
    unit_test::destroy(self)
}

// Parts.

public fun scenario(self: &mut World): &mut Scenario {
    &mut self.scenario
}

public fun authority(self: &mut World): &mut Authority {
    &mut self.authority
}

public fun registry(self: &mut World): &mut Registry {
    &mut self.registry
}

public fun outbox(self: &mut World): &mut Outbox {
    &mut self.outbox
}

public fun inbox(self: &mut World): &mut Inbox {
    &mut self.inbox
}

public fun clock(self: &World): &Clock {
    &self.clock
}

public fun guardian(self: &World): &GuardianCap {
    &self.guardian
}

public fun guard(self: &World): Guard {
    self.authority.guard(&self.guardian)
}

public fun operator(self: &World, i: u64): &OperatorCap {
    &self.operators[i]
}

public fun inbox_id(self: &World): address {
    object::id_address(&self.inbox)
}

public fun now(self: &World): u64 {
    self.clock.timestamp_ms() / 1000
}

public fun start(): u64 {
    START
}

public fun advance(self: &mut World, seconds: u64) {
    self.clock.increment_for_testing(seconds * 1000);
}

// Governance, where no delay applies or after it.

/// Runs what was scheduled as soon as that is possible.
macro fun enact($self: &mut World, $schedule: |&mut World| -> u64, $execute: |&mut World, u64|) {
    let self = $self;
    let number = $schedule(self);
    if (self.authority.is_set_up() && !self.authority.is_localnet()) self.advance(7 * DAY);
    $execute(self, number);
}

public fun admit_operator(self: &mut World, operator: ID) {
    enact!(
        self,
        |w| loosening::schedule_admit_operator(&mut w.authority, &w.governance, operator, &w.clock),
        |w, n| loosening::admit_operator(
            &mut w.registry,
            &mut w.authority,
            &w.governance,
            n,
            &w.clock,
        ),
    )
}

public fun admit_verifier(self: &mut World, verifier: evidence::Verifier) {
    enact!(
        self,
        |w| loosening::schedule_admit_verifier(&mut w.authority, &w.governance, verifier, &w.clock),
        |w, n| {
            loosening::admit_verifier(
                &mut w.registry,
                &mut w.authority,
                &w.governance,
                n,
                &w.clock,
            );
        },
    )
}

public fun admit_verifier_after(self: &mut World, verifier: evidence::Verifier, seconds: u64) {
    let number = loosening::schedule_admit_verifier(
        &mut self.authority,
        &self.governance,
        verifier,
        &self.clock,
    );
    self.advance(seconds);
    loosening::admit_verifier(
        &mut self.registry,
        &mut self.authority,
        &self.governance,
        number,
        &self.clock,
    );
}

public fun add_entry(self: &mut World, configuration: address, not_after: u64) {
    self.add_entry_of(1, configuration, not_after)
}

public fun add_entry_of(self: &mut World, verifier: u32, configuration: address, not_after: u64) {
    enact!(
        self,
        |w| loosening::schedule_add_entry(
            &mut w.authority,
            &w.governance,
            verifier,
            TDX,
            claims::registers(),
            claims::attributes_mask(),
            @0x0,
            claims::launch(),
            configuration,
            not_after,
            &w.clock,
        ),
        |w, n| {
            loosening::add_entry(&mut w.registry, &mut w.authority, &w.governance, n, &w.clock);
        },
    )
}

public fun accept_status(self: &mut World, status: u8) {
    enact!(
        self,
        |w| loosening::schedule_accept_status(&mut w.authority, &w.governance, status, &w.clock),
        |w, n| loosening::accept_status(
            &mut w.registry,
            &mut w.authority,
            &w.governance,
            n,
            &w.clock,
        ),
    )
}

public fun allow(self: &mut World, kind: u8, value: address, is_listed: bool) {
    enact!(
        self,
        |w| loosening::schedule_allow(
            &mut w.authority,
            &w.governance,
            kind,
            value,
            is_listed,
            &w.clock,
        ),
        |w, n| loosening::allow(&mut w.registry, &mut w.authority, &w.governance, n, &w.clock),
    )
}

public fun waive_listing(self: &mut World, kind: u8) {
    enact!(
        self,
        |w| loosening::schedule_waive_listing(&mut w.authority, &w.governance, kind, &w.clock),
        |w, n| loosening::waive_listing(
            &mut w.registry,
            &mut w.authority,
            &w.governance,
            n,
            &w.clock,
        ),
    )
}

public fun lower_minimum(self: &mut World, number: u32) {
    enact!(
        self,
        |w| loosening::schedule_lower_minimum(&mut w.authority, &w.governance, number, &w.clock),
        |w, n| loosening::lower_minimum(
            &mut w.registry,
            &mut w.authority,
            &w.governance,
            n,
            &w.clock,
        ),
    )
}

public fun set_revocation_key(self: &mut World, key: address) {
    enact!(
        self,
        |w| loosening::schedule_set_revocation_key(&mut w.authority, &w.governance, key, &w.clock),
        |w, n| loosening::set_revocation_key(
            &mut w.registry,
            &mut w.authority,
            &w.governance,
            n,
            &w.clock,
        ),
    )
}

public fun open_lane(self: &mut World, base: u64, per_byte: u64, per_gas: u64) {
    self.open_lane_to(fixtures::evm_chain(), base, per_byte, per_gas)
}

public fun open_lane_to(self: &mut World, chain: u64, base: u64, per_byte: u64, per_gas: u64) {
    enact!(
        self,
        |w| outbox::schedule_open_lane(
            &mut w.authority,
            &w.governance,
            chain,
            base,
            per_byte,
            per_gas,
            &w.clock,
        ),
        |w, n| w.outbox.open_lane(&mut w.authority, &w.governance, n, &w.clock),
    )
}

public fun raise_generation(self: &mut World, chain: u64) {
    enact!(
        self,
        |w| outbox::schedule_raise_generation(&mut w.authority, &w.governance, chain, &w.clock),
        |w, n| w.outbox.raise_generation(&mut w.authority, &w.governance, n, &w.clock),
    )
}

public fun set_fees(self: &mut World, chain: u64, base: u64, per_byte: u64, per_gas: u64) {
    enact!(
        self,
        |w| outbox::schedule_set_fees(
            &mut w.authority,
            &w.governance,
            chain,
            base,
            per_byte,
            per_gas,
            &w.clock,
        ),
        |w, n| w.outbox.set_fees(&mut w.authority, &w.governance, n, &w.clock),
    )
}

public fun set_sink(self: &mut World, sink: address) {
    enact!(
        self,
        |w| outbox::schedule_set_sink(&mut w.authority, &w.governance, sink, &w.clock),
        |w, n| w.outbox.set_sink(&mut w.authority, &w.governance, n, &w.clock),
    )
}

public fun allow_lane_pause(self: &mut World, chain: u64) {
    enact!(
        self,
        |w| outbox::schedule_allow_lane_pause(&mut w.authority, &w.governance, chain, &w.clock),
        |w, n| w.outbox.allow_lane_pause(&mut w.authority, &w.governance, n, &w.clock),
    )
}

public fun add_origin(self: &mut World, threshold: u8, operators: u8, platforms: u8, vendors: u8) {
    let outbox = fixtures::evm_address();
    self.add_origin_of(fixtures::evm_chain(), outbox, 1, threshold, operators, platforms, vendors)
}

public fun add_origin_of(
    self: &mut World,
    chain: u64,
    outbox: address,
    generation: u16,
    threshold: u8,
    operators: u8,
    platforms: u8,
    vendors: u8,
) {
    enact!(
        self,
        |w| origins::schedule_add_origin(
            &mut w.authority,
            &w.governance,
            chain,
            outbox,
            generation,
            threshold,
            operators,
            platforms,
            vendors,
            &w.clock,
        ),
        |w, n| origins::add_origin(&mut w.inbox, &mut w.authority, &w.governance, n, &w.clock),
    )
}

public fun set_policy(
    self: &mut World,
    chain: u64,
    threshold: u8,
    operators: u8,
    platforms: u8,
    vendors: u8,
) {
    enact!(
        self,
        |w| origins::schedule_set_policy(
            &mut w.authority,
            &w.governance,
            chain,
            threshold,
            operators,
            platforms,
            vendors,
            &w.clock,
        ),
        |w, n| origins::set_policy(&mut w.inbox, &mut w.authority, &w.governance, n, &w.clock),
    )
}

public fun set_cap(self: &mut World, chain: u64, limit: u64, window_seconds: u64) {
    enact!(
        self,
        |w| origins::schedule_set_cap(
            &mut w.authority,
            &w.governance,
            chain,
            limit,
            window_seconds,
            &w.clock,
        ),
        |w, n| origins::set_cap(&mut w.inbox, &mut w.authority, &w.governance, n, &w.clock),
    )
}

public fun allow_origin_pause(self: &mut World, chain: u64) {
    enact!(
        self,
        |w| origins::schedule_allow_origin_pause(&mut w.authority, &w.governance, chain, &w.clock),
        |w, n| origins::allow_origin_pause(
            &mut w.inbox,
            &mut w.authority,
            &w.governance,
            n,
            &w.clock,
        ),
    )
}

public fun pause_lane(self: &mut World, chain: u64) {
    let guard = self.guard();
    self.outbox.pause_lane(&guard, chain, &self.clock)
}

public fun pause_origin(self: &mut World, chain: u64) {
    let guard = self.guard();
    origins::pause_origin(&mut self.inbox, &guard, chain, &self.clock)
}

public fun end_origin_pause(self: &mut World, chain: u64) {
    let guard = self.guard();
    origins::end_origin_pause(&mut self.inbox, &guard, chain)
}

public fun schedule_replace_guardian(self: &mut World): u64 {
    self.authority.schedule_replace_guardian(&self.governance, &self.clock)
}

public fun replace_guardian(self: &mut World, number: u64): GuardianCap {
    self.authority.replace_guardian(&self.governance, number, &self.clock, self.scenario.ctx())
}

public fun schedule_sink(self: &mut World): u64 {
    outbox::schedule_set_sink(&mut self.authority, &self.governance, @0x5, &self.clock)
}

public fun execute_sink(self: &mut World, number: u64) {
    self.outbox.set_sink(&mut self.authority, &self.governance, number, &self.clock)
}

public fun governance_guard(self: &World): Guard {
    authority::governance_guard(&self.governance)
}

public fun declare(self: &mut World, is_localnet: bool) {
    self.authority.declare(self.setup.borrow(), SUI_IDENTIFIER, is_localnet);
}

// Enclaves.

public fun challenge(self: &mut World, operator: u64): Challenge {
    registry::new_challenge(&self.operators[operator], &self.clock, self.scenario.ctx())
}

/// The evidence of a claim, for a challenge.
public fun evidence<W: drop>(
    self: &World,
    witness: W,
    claim: &Claim,
    challenge: &Challenge,
): Evidence<W> {
    claim.evidence(
        witness,
        self.authority.chain(),
        object::id_address(&self.registry),
        object::id_address(&self.operators[claim.operator()]),
        object::id_address(challenge),
    )
}

/// Registers by a claim, and returns the signer.
public fun register(self: &mut World, claim: Claim): address {
    let challenge = self.challenge(claim.operator());
    let evidence = self.evidence(claims::tester(), &claim, &challenge);
    self.register_with(&claim, challenge, evidence)
}

public fun register_with<W: drop>(
    self: &mut World,
    claim: &Claim,
    challenge: Challenge,
    evidence: Evidence<W>,
): address {
    let signer = claims::signer_of(claim.key());
    self
        .registry
        .register(
            &self.operators[claim.operator()],
            challenge,
            claim.verifier(),
            claim.entry(),
            signer,
            claim.encryption_key(),
            claim.configuration_of(),
            evidence,
            &self.clock,
        );
    signer
}

public fun renew(self: &mut World, claim: Claim) {
    let challenge = self.challenge(claim.operator());
    let evidence = self.evidence(claims::tester(), &claim, &challenge);
    self
        .registry
        .renew(
            &self.operators[claim.operator()],
            challenge,
            claim.verifier(),
            claim.entry(),
            claims::signer_of(claim.key()),
            claim.encryption_key(),
            claim.configuration_of(),
            evidence,
            &self.clock,
        );
}

public fun resign(self: &mut World, operator: u64, signer: address) {
    self.registry.resign(&self.operators[operator], signer)
}

public fun rejudge(self: &mut World, signer: address) {
    self.registry.rejudge(signer, &self.clock)
}

public fun evict(self: &mut World, signer: address) {
    self.registry.evict(signer, &self.clock)
}

public fun counts(self: &World, signer: address): bool {
    self.registry.counts(signer, &self.clock)
}

// Messages and statements.

public fun send(
    self: &mut World,
    cap: &outbox::SenderCap,
    chain: u64,
    recipient: address,
    execution_gas: u32,
    body: vector<u8>,
    fee: sui::coin::Coin<sui::sui::SUI>,
): address {
    self.outbox.send(cap, chain, recipient, execution_gas, body, fee, &self.clock)
}

public fun collect_fees(self: &mut World) {
    self.outbox.collect_fees(self.scenario.ctx())
}

/// A plain message to `recipient` with the sequence number `sequence`.
public fun message_to(recipient: address, sequence: u64): Message {
    message::new(
        0,
        fixtures::evm_chain(),
        fixtures::sui_chain(),
        (1 << 48) + sequence,
        @0xabc,
        recipient,
        100_000,
        b"body",
    )
}

public fun leaf(message: &Message): address {
    merkle::plain_leaf(message.nonce(), message.id(fixtures::evm_address()))
}

/// A statement about a run of messages, anchored now.
public fun statement(self: &World, first_nonce: u64, leaves: vector<address>): Statement {
    let count = leaves.length() as u32;
    statement::new(
        fixtures::evm_chain(),
        fixtures::evm_address(),
        fixtures::sui_chain(),
        object::id_address(&self.inbox),
        100,
        @0xa,
        self.now(),
        first_nonce,
        count,
        merkle::root(leaves),
    )
}

/// The signature set of the keys, over a message.
public fun sign_all(keys: vector<u64>, message: &vector<u8>): vector<u8> {
    let mut order = keys;
    order.insertion_sort_by!(
        |a, b| claims::signer_of(*a).to_u256() <= claims::signer_of(*b).to_u256(),
    );
    let mut set = vector[];
    order.do!(|key| set.append(fixtures::sign(key, message)));
    set
}

public fun accept(self: &World, statement: &Statement, keys: vector<u64>): Accepted {
    let encoded = statement.encode();
    let signatures = sign_all(keys, &encoded);
    self.inbox.accept(&self.registry, encoded, signatures, &self.clock)
}

public fun deliver(
    self: &mut World,
    accepted: &Accepted,
    index: u64,
    proof: vector<u8>,
    message: Message,
): corridor::delivery::Delivery {
    self.inbox.deliver(&self.registry, accepted, index, proof, message, &self.clock)
}

public fun deliver_proven(
    self: &mut World,
    accepted: &Accepted,
    index: u64,
    message: Message,
): corridor::delivery::Delivery {
    self.inbox.deliver_proven(&self.registry, accepted, index, message, &self.clock)
}

public fun report(
    self: &mut World,
    nonce: u64,
    a: &Statement,
    signature_a: vector<u8>,
    leaf_a: address,
    b: &Statement,
    signature_b: vector<u8>,
    leaf_b: address,
) {
    corridor::equivocation::report(
        &mut self.inbox,
        &mut self.registry,
        nonce,
        a.encode(),
        signature_a,
        leaf_a,
        vector[],
        b.encode(),
        signature_b,
        leaf_b,
        vector[],
        &self.clock,
    )
}

public fun quorum_of(self: &World, message: &vector<u8>, keys: vector<u64>): policy::Quorum {
    self.registry.count_quorum(message, sign_all(keys, message), self.now())
}
