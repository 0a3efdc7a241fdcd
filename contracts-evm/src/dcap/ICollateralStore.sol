// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDcapRules} from "./IDcapRules.sol";

/// @title ICollateralStore
/// @notice Keeps what Intel publishes to judge evidence by, docs/spec/dcap.md section 6. Anyone may upload: each upload is
/// checked on chain up to the root certificate whose fingerprint is fixed at deployment, and one that breaks a rule
/// changes nothing. There is no owner.
/// @dev Order of the first uploads: root, root CRL, TCB signing certificate, TCB info and QE identities, PCK CA, its CRL.
/// TCB info and QE identities are kept for each evaluation number, and newer ones replace only those of their own number,
/// so that early collateral uploaded by a stranger locks nobody out. What has expired stays until it is replaced, and is
/// refused where it is used. Every upload is first refused for what it rests on: rule 80 where that is missing, 101 where it
/// has expired, 102 where it was revoked since.
interface ICollateralStore is IDcapRules {
    /// @notice Thrown when the store knows 31 certificates, all of which Intel signed: deploy another.
    error TooManyCertificates();

    /// @notice Thrown when collateral has more entries than the code of one contract can keep, which is 24,575 bytes: 1,221
    /// revoked certificates, or about 8,000 advisories.
    /// @param length How many bytes there are to keep, or more.
    error CannotKeep(uint256 length);

    /// @notice Thrown when another PCK CA has the first 4 bytes of a subject key identifier, by which a store tells them
    /// apart: deploy another.
    /// @param keyId The subject key identifier of that.
    error PckCaClash(bytes20 keyId);

    /// @notice Thrown when a PCK CA has 15 templates of leaves already, or two that differ from this one in the QE report
    /// only: those serve, and otherwise pass evidence with its leaf as DER.
    error TooManyLeafTemplates();

    /// @notice The root certificate has been admitted.
    /// @param notAfterSeconds When it expires.
    event RootAdmitted(uint256 notAfterSeconds);

    /// @notice A root CRL has been admitted.
    /// @param thisUpdateSeconds Its date.
    /// @param nextUpdateSeconds When it expires.
    event RootCrlAdmitted(uint256 thisUpdateSeconds, uint256 nextUpdateSeconds);

    /// @notice A TCB signing certificate has been admitted.
    /// @param certificateId Keccak-256 of its DER: the name by which uploads refer to it.
    /// @param notAfterSeconds When it expires.
    event TcbSigningCertificateAdmitted(bytes32 indexed certificateId, uint256 notAfterSeconds);

    /// @notice The certificate of a PCK CA has been admitted. It serves once a CRL of it is admitted too.
    /// @param keyId Its subject key identifier.
    /// @param notAfterSeconds When it expires.
    event PckCaAdmitted(bytes20 indexed keyId, uint256 notAfterSeconds);

    /// @notice The CRL of a PCK CA has been admitted.
    /// @param keyId The subject key identifier of the PCK CA.
    /// @param thisUpdateSeconds Its date.
    /// @param nextUpdateSeconds When it expires.
    event PckCrlAdmitted(bytes20 indexed keyId, uint256 thisUpdateSeconds, uint256 nextUpdateSeconds);

    /// @notice TCB info has been admitted.
    /// @param teeType `SGX` or `TDX` of `TeeTypes`.
    /// @param fmspc The family of machines.
    /// @param evaluationNumber The edition.
    /// @param issueDateSeconds Its date.
    /// @param nextUpdateSeconds When it expires.
    event TcbInfoAdmitted(
        uint8 indexed teeType,
        bytes6 indexed fmspc,
        uint32 indexed evaluationNumber,
        uint256 issueDateSeconds,
        uint256 nextUpdateSeconds
    );

    /// @notice A QE identity has been admitted.
    /// @param teeType `SGX` or `TDX` of `TeeTypes`.
    /// @param evaluationNumber The edition.
    /// @param issueDateSeconds Its date.
    /// @param nextUpdateSeconds When it expires.
    event QeIdentityAdmitted(
        uint8 indexed teeType,
        uint32 indexed evaluationNumber,
        uint256 issueDateSeconds,
        uint256 nextUpdateSeconds
    );

    /// @notice Admits the root certificate, section 6.1. Does nothing when it is there already.
    /// @dev Reverts with rules 50, 20 to 35.
    /// @param der The certificate.
    function uploadRoot(bytes calldata der) external;

    /// @notice Admits a root CRL, section 6.2. What it revokes is refused from now on, whenever it was admitted.
    /// @dev Reverts with rules 80, 101, 51 to 57, 22 to 24, 81.
    /// @param der The CRL.
    function uploadRootCrl(bytes calldata der) external;

    /// @notice Admits a TCB signing certificate, section 6.3. Does nothing when it is there already.
    /// @dev Reverts with rules 80, 101, 20 to 37.
    /// @param der The certificate.
    function uploadTcbSigningCertificate(bytes calldata der) external;

    /// @notice Admits TCB info, section 6.4.
    /// @dev Reverts with rules 80, 101, 102, 60 to 68, 81.
    /// @param document The JSON as signed.
    /// @param signature 64 bytes, r and s.
    /// @param certificateId Keccak-256 of the TCB signing certificate, which is in the store.
    function uploadTcbInfo(bytes calldata document, bytes calldata signature, bytes32 certificateId) external;

    /// @notice Admits a QE identity, section 6.5.
    /// @dev Reverts with rules 80, 101, 102, 70 to 74, 63 to 66, 81.
    /// @param document The JSON as signed.
    /// @param signature 64 bytes, r and s.
    /// @param certificateId Keccak-256 of the TCB signing certificate, which is in the store.
    function uploadQeIdentity(bytes calldata document, bytes calldata signature, bytes32 certificateId) external;

    /// @notice Admits the certificate of a PCK CA, section 6.6. Does nothing when it is there already. Another
    /// certificate for the same name and key takes its place if it lasts longer.
    /// @dev Reverts with rules 80, 101, 20 to 37, 81, and with `PckCaClash`.
    /// @param der The certificate.
    function uploadPckCa(bytes calldata der) external;

    /// @notice Admits the CRL of a PCK CA, section 6.7.
    /// @dev Reverts with rules 80, 101, 102, 51 to 57, 22 to 24, 81.
    /// @param der The CRL.
    /// @param keyId The subject key identifier of the PCK CA, which is in the store.
    function uploadPckCrl(bytes calldata der, bytes20 keyId) external;

    /// @notice The root certificate that everything rests on.
    /// @return fingerprint Its SHA-256.
    function rootFingerprint() external view returns (bytes32 fingerprint);

    /// @notice What the store has of the root; all zero without it.
    /// @return notAfterSeconds When the certificate expires.
    /// @return thisUpdateSeconds The date of the CRL, zero without one.
    /// @return nextUpdateSeconds When the CRL expires, zero without one.
    function root()
        external
        view
        returns (uint256 notAfterSeconds, uint256 thisUpdateSeconds, uint256 nextUpdateSeconds);

    /// @notice What the store has of a TCB signing certificate; zero without it.
    /// @param certificateId Keccak-256 of its DER.
    /// @return notAfterSeconds When it expires.
    /// @return isRevoked Whether it is on the root CRL.
    function tcbSigningCertificate(
        bytes32 certificateId
    ) external view returns (uint256 notAfterSeconds, bool isRevoked);

    /// @notice What the store has of a PCK CA; all zero without it.
    /// @param keyId Its subject key identifier.
    /// @return notAfterSeconds When the certificate expires.
    /// @return isRevoked Whether it is on the root CRL.
    /// @return thisUpdateSeconds The date of its CRL, zero without one.
    /// @return nextUpdateSeconds When that expires, zero without one.
    function pckCa(
        bytes20 keyId
    )
        external
        view
        returns (uint256 notAfterSeconds, bool isRevoked, uint256 thisUpdateSeconds, uint256 nextUpdateSeconds);

    /// @notice Where a PCK CA with its CRL and the templates of its leaves is kept.
    /// @param keyId Its subject key identifier.
    /// @return pointer A contract whose code is a zero byte and what `PckCaLayout` says, or zero.
    function pckCaData(bytes20 keyId) external view returns (address pointer);

    /// @notice What the store has of TCB info; all zero without it.
    /// @param teeType `SGX` or `TDX` of `TeeTypes`.
    /// @param fmspc The family of machines.
    /// @param evaluationNumber The edition.
    /// @return issueDateSeconds Its date.
    /// @return expiresAtSeconds The earlier end of it and of the certificate that signed it.
    /// @return isRevoked Whether that certificate is on the root CRL.
    function tcbInfo(
        uint8 teeType,
        bytes6 fmspc,
        uint32 evaluationNumber
    ) external view returns (uint256 issueDateSeconds, uint256 expiresAtSeconds, bool isRevoked);

    /// @notice What the store has of a QE identity; all zero without it.
    /// @param teeType `SGX` or `TDX` of `TeeTypes`.
    /// @param evaluationNumber The edition.
    /// @return issueDateSeconds Its date.
    /// @return expiresAtSeconds The earlier end of it and of the certificate that signed it.
    /// @return isRevoked Whether that certificate is on the root CRL.
    function qeIdentity(
        uint8 teeType,
        uint32 evaluationNumber
    ) external view returns (uint256 issueDateSeconds, uint256 expiresAtSeconds, bool isRevoked);
}
