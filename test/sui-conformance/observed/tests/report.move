/// What a transaction of a scenario did, as bytes.
#[test_only]
module observed::report;

use observed::show::log;
use sui::test_scenario::TransactionEffects;

/// All of it.
public fun describe(seen: &mut vector<u8>, effects: &TransactionEffects) {
    log(seen, effects.created());
    log(seen, effects.written());
    log(seen, effects.deleted());
    log(seen, effects.transferred_to_account());
    log(seen, effects.transferred_to_object());
    log(seen, effects.shared());
    log(seen, effects.frozen());
    log(seen, effects.num_user_events());
}

/// Without ids, for transactions in which those of dynamic fields occur.
public fun count(seen: &mut vector<u8>, effects: &TransactionEffects) {
    log(seen, effects.created().length());
    log(seen, effects.written().length());
    log(seen, effects.deleted().length());
    log(seen, effects.transferred_to_account().length());
    log(seen, effects.transferred_to_object().length());
    log(
        seen,
        vector[effects.shared().length(), effects.frozen().length(), effects.num_user_events()],
    );
}
