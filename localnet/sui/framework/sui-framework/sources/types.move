/// Questions about types that only the VM can answer.
module sui::types;

/// Whether `T` is a one-time witness: named like its module in capitals, at most one bool field, `drop` only.
public native fun is_one_time_witness<T: drop>(_: &T): bool;
