/// Domain tags, docs/spec/protocol.md section 1: `hash(ascii name)`, the first 32 bytes of every
/// structure that is signed or bound into evidence, so that none can be taken for another (INV-02).
module corridor::tag;

/// `hash("corridor.message.v1")`
const MESSAGE: address = @0x01752a9abcfc56b3bca24a00f61b0eb4810ccc84b777176035c6d29097e2a233;
/// `hash("corridor.statement.v1")`
const STATEMENT: address = @0x63b6f2461f2b565431a7a1a9ab95c1804e25444fb303b4492b85f2088f83a501;
/// `hash("corridor.registration.v1")`
const REGISTRATION: address = @0x1cd1c844da4ecceacdbe313a6eeebb267a66c37b0009060210830132ceb4d11b;
/// `hash("corridor.revocation.v1")`
const REVOCATION: address = @0x929dd9cdc0d7211035d1a7a52ea18275da763c847a0691b0194f41e20451f83b;
/// `hash("corridor.measurement.v1")`
const MEASUREMENT: address = @0xe31d1aa5d4e911d9f0aa9f34539ac99e07625f42c2583e285de17c6d6de60dd0;

public(package) fun message(): address {
    MESSAGE
}

public(package) fun statement(): address {
    STATEMENT
}

public(package) fun registration(): address {
    REGISTRATION
}

public(package) fun revocation(): address {
    REVOCATION
}

public(package) fun measurement(): address {
    MEASUREMENT
}
