/// Operations in the groups of BLS12-381.
#[test_only]
module observed::groups;

use observed::show::show;
use sui::{bls12381 as bls, group_ops};

#[test]
fun scalars_are_added() {
    show!(*group_ops::bytes(&bls::scalar_add(&bls::scalar_from_u64(3), &bls::scalar_one())))
}

#[test]
fun scalars_are_divided() { show!(*group_ops::bytes(&bls::scalar_inv(&bls::scalar_from_u64(3)))) }

#[test]
fun scalars_are_not_divided_by_zero() {
    show!(*group_ops::bytes(&bls::scalar_inv(&bls::scalar_zero())))
}

#[test]
fun scalars_are_checked() {
    show!(*group_ops::bytes(&bls::scalar_from_bytes(&vector::tabulate!(32, |_| 255))))
}

#[test]
fun scalars_have_32_bytes() { show!(*group_ops::bytes(&bls::scalar_from_bytes(&b"1"))) }

#[test]
fun scalars_of_32_bytes() {
    show!(*group_ops::bytes(&bls::scalar_from_bytes(&vector::tabulate!(32, |_| 1))))
}

#[test]
fun g1_points_are_added() {
    show!(*group_ops::bytes(&bls::g1_add(&bls::g1_generator(), &bls::g1_generator())))
}

#[test]
fun g1_points_are_multiplied() {
    show!(*group_ops::bytes(&bls::g1_mul(&bls::scalar_from_u64(5), &bls::g1_generator())))
}

#[test]
fun g1_points_are_checked() {
    show!(*group_ops::bytes(&bls::g1_from_bytes(&vector::tabulate!(48, |_| 1))))
}

#[test]
fun g1_points_are_hashed_to() { show!(*group_ops::bytes(&bls::hash_to_g1(&b"message"))) }

#[test]
fun g1_points_are_not_hashed_to_from_nothing() { show!(*group_ops::bytes(&bls::hash_to_g1(&b""))) }

#[test]
fun g2_points_are_added() {
    show!(*group_ops::bytes(&bls::g2_add(&bls::g2_generator(), &bls::g2_generator())))
}

#[test]
fun g2_points_are_hashed_to() { show!(*group_ops::bytes(&bls::hash_to_g2(&b"message"))) }

#[test]
fun points_are_paired() {
    show!(*group_ops::bytes(&bls::pairing(&bls::g1_generator(), &bls::g2_generator())))
}

#[test]
fun target_elements_are_added() {
    show!(*group_ops::bytes(&bls::gt_add(&bls::gt_generator(), &bls::gt_identity())))
}

#[test]
fun points_are_summed() {
    let point = bls::g1_to_uncompressed_g1(&bls::g1_generator());
    show!(*group_ops::bytes(&bls::uncompressed_g1_sum(&vector[point, point])))
}

#[test]
fun points_are_compressed() {
    let point = bls::g1_to_uncompressed_g1(&bls::g1_generator());
    show!(*group_ops::bytes(&bls::uncompressed_g1_to_g1(&point)))
}

#[test]
fun combinations_are_computed() {
    let scalars = vector[bls::scalar_from_u64(2), bls::scalar_from_u64(3)];
    show!(
        *group_ops::bytes(
            &bls::g1_multi_scalar_multiplication(
                &scalars,
                &vector[bls::g1_generator(), bls::g1_identity()],
            ),
        ),
    )
}

#[test]
fun combinations_of_nothing() {
    show!(*group_ops::bytes(&bls::g1_multi_scalar_multiplication(&vector[], &vector[])))
}

#[test]
fun combinations_of_different_lengths() {
    show!(
        *group_ops::bytes(
            &bls::g1_multi_scalar_multiplication(&vector[bls::scalar_one()], &vector[]),
        ),
    )
}

#[test]
fun combinations_of_33_terms() {
    let scalars = vector::tabulate!(33, |_| bls::scalar_one());
    let points = vector::tabulate!(33, |_| bls::g1_generator());
    show!(*group_ops::bytes(&bls::g1_multi_scalar_multiplication(&scalars, &points)))
}

#[test]
fun signatures_are_checked() {
    show!(
        vector[
            bls::bls12381_min_sig_verify(&b"", &b"", &b""),
            bls::bls12381_min_pk_verify(&b"", &b"", &b""),
        ],
    )
}
