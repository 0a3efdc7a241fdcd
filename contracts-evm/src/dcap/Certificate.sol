// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A certificate that fits the profile of docs/spec/dcap.md section 4. Its dates, issuer and signature are not
/// judged yet.
/// @param tbsDigest SHA-256 of the signed part.
/// @param serial 1 to 2^160 - 1.
/// @param issuerHash Keccak-256 of the issuer's name in DER.
/// @param subjectHash Keccak-256 of the subject's name in DER; of a leaf not computed, it issues nothing.
/// @param notBeforeSeconds Seconds since 1970.
/// @param notAfterSeconds Seconds since 1970.
/// @param x First half of the key.
/// @param y Second half of the key.
/// @param authorityKeyId Key identifier of the issuer.
/// @param subjectKeyId Key identifier of the subject.
/// @param r First half of the signature.
/// @param s Second half of the signature.
/// @param ppid Names the machine, not zero. This and what follows is of a leaf alone.
/// @param components 16 SVNs of one byte, the first in the highest byte of 128 bits.
/// @param pceSvn SVN of the provisioning certification enclave.
/// @param pceId Which that is.
/// @param fmspc The family of the machine.
struct Certificate {
    bytes32 tbsDigest;
    uint256 serial;
    bytes32 issuerHash;
    bytes32 subjectHash;
    uint256 notBeforeSeconds;
    uint256 notAfterSeconds;
    uint256 x;
    uint256 y;
    bytes20 authorityKeyId;
    bytes20 subjectKeyId;
    uint256 r;
    uint256 s;
    bytes16 ppid;
    uint256 components;
    uint256 pceSvn;
    bytes2 pceId;
    bytes6 fmspc;
}
