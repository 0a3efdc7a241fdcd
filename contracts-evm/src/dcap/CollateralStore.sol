// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CertificateJudge} from "./CertificateJudge.sol";
import {DataContracts} from "./DataContracts.sol";
import {DocumentJudge} from "./DocumentJudge.sol";
import {Documents} from "./Documents.sol";
import {ICollateralStore} from "./ICollateralStore.sol";
import {
    IdentityEpochs,
    KeptCa,
    KeptCas,
    KeptCertificate,
    KeptCrl,
    KeptDocument,
    KeptDocuments
} from "./KeptCollateral.sol";
import {Memory} from "./Memory.sol";
import {QeIdentity} from "./QeIdentities.sol";
import {SerialSet} from "./SerialSet.sol";
import {TcbInfo} from "./TcbInfos.sol";

/// @title CollateralStore
/// @notice Admits collateral under one root, see `ICollateralStore`. A verifier inherits it, so that a verification reads
/// slots instead of calling another contract.
/// @dev Trust: the fingerprint and the two judges given at deployment, P-256 and SHA-256, and that `block.timestamp` is
/// about the time. The clock of a block can lag behind by what the chain's consensus allows, and so can the end of
/// anything here.
///
/// What an upload rests on is judged again when it comes, rules 80, 101 and 102: a TCB signing certificate that has expired
/// or was revoked since its admission admits nothing more, else its thief could put data of a later date in the place of
/// good data.
abstract contract CollateralStore is ICollateralStore {
    /// @dev Bits of `KeptCrl.revoked`. A certificate has two byte forms, with both values of `s`, and may be here in both.
    uint256 private constant MAX_CERTIFICATES = 31;

    /// @dev The position of a PCK CA itself in `KeptCa.revoked`.
    uint256 internal constant THIS_CA = 32;

    /// @dev Bytes before the TCB info in its data contract.
    uint256 internal constant TCB_INFO_START = 30;

    bytes32 private immutable _FINGERPRINT;
    CertificateJudge internal immutable _CERTIFICATE_JUDGE;
    DocumentJudge private immutable _DOCUMENT_JUDGE;

    KeptCertificate private _root;
    bytes20 private _rootKeyId;

    /// @dev As in `KeptCa`.
    uint24 private _identityEpochs;

    KeptCrl private _rootCrl;

    /// @dev Data contract with the serial numbers on the root CRL; zero where there are none.
    address private _rootCrlSerials;

    KeptCertificate[] private _certificates;

    /// @dev One more than the index of the certificate with this Keccak-256.
    mapping(bytes32 certificateId => uint256 position) private _positions;

    /// @dev All keys of `_pckCrls`.
    bytes20[] private _pckCaKeyIds;

    mapping(bytes20 keyId => KeptCrl) private _pckCrls;

    /// @dev What verifications read. A PCK CA is under the first bytes of its subject key identifier, by which compact
    /// evidence names it; the whole is in its data contract.
    mapping(bytes4 keyIdStart => KeptCa) internal _pckCas;
    mapping(bytes32 tcbInfoKey => KeptDocument) internal _tcbInfos;
    mapping(bytes32 qeIdentityKey => KeptDocument) internal _qeIdentities;

    /// @param fingerprint SHA-256 of the root certificate.
    /// @param certificateJudge Judges certificates and CRLs: a `CertificateJudge` as compiled here.
    /// @param documentJudge Judges TCB info and QE identities: a `DocumentJudge` as compiled here.
    constructor(bytes32 fingerprint, CertificateJudge certificateJudge, DocumentJudge documentJudge) {
        _FINGERPRINT = fingerprint;
        _CERTIFICATE_JUDGE = certificateJudge;
        _DOCUMENT_JUDGE = documentJudge;
    }

    /// @inheritdoc ICollateralStore
    function uploadRoot(bytes calldata der) external {
        (KeptCertificate memory certificate, bytes20 keyId) = _CERTIFICATE_JUDGE.judgeRoot(der, _FINGERPRINT);
        if (_root.serial != 0) return;
        _root = certificate;
        _rootKeyId = keyId;
        emit RootAdmitted(certificate.notAfterSeconds);
    }

    /// @inheritdoc ICollateralStore
    function uploadRootCrl(bytes calldata der) external {
        (KeptCrl memory crl, bytes memory serials) = _judgeCrl(
            der,
            Documents.ROOT_CRL,
            _demandRoot(),
            _rootKeyId,
            "",
            _rootCrl.thisUpdateSeconds
        );
        for (uint256 i = 0; i < _certificates.length; ++i) {
            if (SerialSet.contains(Memory.position(serials), serials.length, _certificates[i].serial)) {
                crl.revoked |= uint32(1 << i);
            }
        }
        _rootCrl = crl;
        _rootCrlSerials = serials.length == 0 ? address(0) : DataContracts.write(serials);
        _refreshAll();
        emit RootCrlAdmitted(crl.thisUpdateSeconds, crl.nextUpdateSeconds);
    }

    /// @inheritdoc ICollateralStore
    function uploadTcbSigningCertificate(bytes calldata der) external {
        (KeptCertificate memory certificate, ) = _judgeCertificate(der, Documents.TCB_SIGNING);
        bytes32 certificateId = keccak256(der);
        if (_positions[certificateId] != 0) return;
        _keep(certificate, certificateId);
        emit TcbSigningCertificateAdmitted(certificateId, certificate.notAfterSeconds);
    }

    /// @inheritdoc ICollateralStore
    function uploadTcbInfo(bytes calldata document, bytes calldata signature, bytes32 certificateId) external {
        uint256 position = _positions[certificateId];
        KeptCertificate memory signer = _demandCertificate(position, Documents.TCB_SIGNING);
        TcbInfo memory info = _DOCUMENT_JUDGE.judgeTcbInfo(document, signature, signer.x, signer.y);
        bytes32 key = _tcbInfoKey(info.teeType, info.fmspc, info.evaluationNumber);
        uint256 endSeconds = _min(info.nextUpdateSeconds, signer.notAfterSeconds);
        _demandNewerDocument(Documents.TCB_INFO, _tcbInfos[key], info.issueDateSeconds, endSeconds);
        KeptDocument identity = _qeIdentities[_qeIdentityKey(info.teeType, info.evaluationNumber)];
        // What is kept of TCB info is shorter than 2^16, or else `write` refuses it. A QE identity expires below 2^40.
        bytes memory data = abi.encodePacked(
            uint16(identity.pointer() == address(0) ? 0 : IdentityEpochs.kept(_identityEpochs, info.teeType)),
            uint40(identity.expiresAtSeconds()),
            uint8(identity.certificate()),
            identity.pointer(),
            uint16(TCB_INFO_START + info.kept.length),
            info.kept,
            _keptAt(identity.pointer())
        );
        _tcbInfos[key] = KeptDocuments.pack(DataContracts.write(data), info.issueDateSeconds, endSeconds, position);
        emit TcbInfoAdmitted(
            info.teeType,
            info.fmspc,
            info.evaluationNumber,
            info.issueDateSeconds,
            info.nextUpdateSeconds
        );
    }

    /// @inheritdoc ICollateralStore
    function uploadQeIdentity(bytes calldata document, bytes calldata signature, bytes32 certificateId) external {
        uint256 position = _positions[certificateId];
        KeptCertificate memory signer = _demandCertificate(position, Documents.TCB_SIGNING);
        QeIdentity memory identity = _DOCUMENT_JUDGE.judgeQeIdentity(document, signature, signer.x, signer.y);
        bytes32 key = _qeIdentityKey(identity.teeType, identity.evaluationNumber);
        uint256 endSeconds = _min(identity.nextUpdateSeconds, signer.notAfterSeconds);
        _demandNewerDocument(Documents.QE_IDENTITY, _qeIdentities[key], identity.issueDateSeconds, endSeconds);
        _qeIdentities[key] = KeptDocuments.pack(
            DataContracts.write(identity.kept),
            identity.issueDateSeconds,
            endSeconds,
            position
        );
        // Below 2^24: two numbers of 12 bits.
        _identityEpochs = uint24(IdentityEpochs.next(_identityEpochs, identity.teeType));
        _refreshAll();
        emit QeIdentityAdmitted(
            identity.teeType,
            identity.evaluationNumber,
            identity.issueDateSeconds,
            identity.nextUpdateSeconds
        );
    }

    /// @inheritdoc ICollateralStore
    function uploadPckCa(bytes calldata der) external {
        (KeptCertificate memory certificate, bytes20 keyId) = _judgeCertificate(der, Documents.PCK_CA);
        uint256 position = _pckCrls[keyId].certificate;
        if (position == 0) {
            for (uint256 i = 0; i < _pckCaKeyIds.length; ++i) {
                if (bytes4(_pckCaKeyIds[i]) == bytes4(keyId)) revert PckCaClash(_pckCaKeyIds[i]);
            }
            _pckCaKeyIds.push(keyId);
        } else {
            KeptCertificate memory kept = _certificates[position - 1];
            // The CRL that is kept was judged under this name and key.
            bool isSameCa =
                certificate.subjectHash == kept.subjectHash && certificate.x == kept.x && certificate.y == kept.y;
            // Intel's serial numbers are hashes of the key, so that a certificate that renews another has the same.
            bool isSameEnd = certificate.notAfterSeconds == kept.notAfterSeconds;
            if (isSameCa && isSameEnd && certificate.serial == kept.serial) return;
            if (!isSameCa || certificate.notAfterSeconds <= kept.notAfterSeconds) {
                revert CollateralNotNewer(Documents.PCK_CA, kept.notAfterSeconds, certificate.notAfterSeconds);
            }
        }
        _pckCrls[keyId].certificate = _keep(certificate, keccak256(der));
        _refresh(keyId);
        emit PckCaAdmitted(keyId, certificate.notAfterSeconds);
    }

    /// @inheritdoc ICollateralStore
    function uploadPckCrl(bytes calldata der, bytes20 keyId) external {
        KeptCrl memory previous = _pckCrls[keyId];
        KeptCertificate memory issuer = _demandCertificate(previous.certificate, Documents.PCK_CA);
        (KeptCrl memory crl, bytes memory data) = _judgeCrl(
            der,
            Documents.PCK_CRL,
            issuer,
            keyId,
            _keptAt(_pckCas[bytes4(keyId)].pointer()),
            previous.thisUpdateSeconds
        );
        crl.certificate = previous.certificate;
        _pckCrls[keyId] = crl;
        _pckCas[bytes4(keyId)] = KeptCas.pack(DataContracts.write(data), 0, 0, 0);
        _refresh(keyId);
        emit PckCrlAdmitted(keyId, crl.thisUpdateSeconds, crl.nextUpdateSeconds);
    }

    /// @inheritdoc ICollateralStore
    function rootFingerprint() external view returns (bytes32 fingerprint) {
        return _FINGERPRINT;
    }

    /// @inheritdoc ICollateralStore
    function root()
        external
        view
        returns (uint256 notAfterSeconds, uint256 thisUpdateSeconds, uint256 nextUpdateSeconds)
    {
        return (_root.notAfterSeconds, _rootCrl.thisUpdateSeconds, _rootCrl.nextUpdateSeconds);
    }

    /// @inheritdoc ICollateralStore
    function tcbSigningCertificate(
        bytes32 certificateId
    ) external view returns (uint256 notAfterSeconds, bool isRevoked) {
        return _certificateState(_positions[certificateId]);
    }

    /// @inheritdoc ICollateralStore
    function pckCa(
        bytes20 keyId
    )
        external
        view
        returns (uint256 notAfterSeconds, bool isRevoked, uint256 thisUpdateSeconds, uint256 nextUpdateSeconds)
    {
        KeptCrl memory crl = _pckCrls[keyId];
        (notAfterSeconds, isRevoked) = _certificateState(crl.certificate);
        return (notAfterSeconds, isRevoked, crl.thisUpdateSeconds, crl.nextUpdateSeconds);
    }

    /// @inheritdoc ICollateralStore
    function pckCaData(bytes20 keyId) external view returns (address pointer) {
        return _pckCas[bytes4(keyId)].pointer();
    }

    /// @inheritdoc ICollateralStore
    function tcbInfo(
        uint8 teeType,
        bytes6 fmspc,
        uint32 evaluationNumber
    ) external view returns (uint256 issueDateSeconds, uint256 expiresAtSeconds, bool isRevoked) {
        return _documentState(_tcbInfos[_tcbInfoKey(teeType, fmspc, evaluationNumber)]);
    }

    /// @inheritdoc ICollateralStore
    function qeIdentity(
        uint8 teeType,
        uint32 evaluationNumber
    ) external view returns (uint256 issueDateSeconds, uint256 expiresAtSeconds, bool isRevoked) {
        return _documentState(_qeIdentities[_qeIdentityKey(teeType, evaluationNumber)]);
    }

    /// @dev The key of TCB info.
    function _tcbInfoKey(
        uint256 teeType,
        bytes6 fmspc,
        uint256 evaluationNumber
    ) internal pure returns (bytes32 tcbInfoKey) {
        return bytes32((teeType << 80) | (uint256(uint48(fmspc)) << 32) | evaluationNumber);
    }

    /// @dev The key of a QE identity.
    function _qeIdentityKey(uint256 teeType, uint256 evaluationNumber) internal pure returns (bytes32 qeIdentityKey) {
        return bytes32((teeType << 32) | evaluationNumber);
    }

    /// @dev Whether a certificate is revoked, by bits as in `KeptCrl`. Its position, which is not zero, is one more than
    /// its index.
    function _isRevoked(uint256 revoked, uint256 position) internal pure returns (bool isRevoked) {
        unchecked {
            return (revoked >> (position - 1)) & 1 == 1;
        }
    }

    function _min(uint256 left, uint256 right) internal pure returns (uint256 lower) {
        return left < right ? left : right;
    }

    /// @dev Reads a certificate under the root and judges it: sections 6.3 and 6.6.
    function _judgeCertificate(
        bytes calldata der,
        uint256 role
    ) private view returns (KeptCertificate memory certificate, bytes20 keyId) {
        (KeptCertificate memory issuer, ) = _demandAuthority();
        return _CERTIFICATE_JUDGE.judgeCertificate(der, role, issuer, _rootKeyId, _keptAt(_rootCrlSerials));
    }

    /// @dev Reads a CRL and judges it: sections 6.2 and 6.7, rule 81.
    function _judgeCrl(
        bytes calldata der,
        uint256 documentCode,
        KeptCertificate memory issuer,
        bytes20 keyId,
        bytes memory previous,
        uint256 previousSeconds
    ) private view returns (KeptCrl memory crl, bytes memory kept) {
        (crl.thisUpdateSeconds, crl.nextUpdateSeconds, kept) = _CERTIFICATE_JUDGE.judgeCrl(
            der,
            documentCode,
            issuer,
            keyId,
            previous
        );
        _demandNewer(documentCode, previousSeconds, crl.thisUpdateSeconds);
    }

    /// @dev Adds a certificate. Returns its position, one more than its index.
    function _keep(KeptCertificate memory certificate, bytes32 certificateId) private returns (uint8 position) {
        uint256 count = _certificates.length;
        if (count == MAX_CERTIFICATES) revert TooManyCertificates();
        _certificates.push(certificate);
        // At most 55.
        position = uint8(count + 1);
        _positions[certificateId] = position;
    }

    /// @dev What is kept in a data contract, nothing where there is none.
    function _keptAt(address pointer) private view returns (bytes memory kept) {
        if (pointer != address(0)) kept = DataContracts.readBytes(pointer);
    }

    /// @dev Brings what verifications read of every PCK CA up to date.
    function _refreshAll() private {
        for (uint256 i = 0; i < _pckCaKeyIds.length; ++i) _refresh(_pckCaKeyIds[i]);
    }

    /// @dev Brings what verifications read of a PCK CA up to date, if it has a CRL.
    function _refresh(bytes20 keyId) private {
        address pointer = _pckCas[bytes4(keyId)].pointer();
        if (pointer == address(0)) return;
        KeptCrl memory crl = _pckCrls[keyId];
        KeptCrl memory rootCrl = _rootCrl;
        uint256 endSeconds = _min(crl.nextUpdateSeconds, _certificates[crl.certificate - 1].notAfterSeconds);
        endSeconds = _min(endSeconds, _min(rootCrl.nextUpdateSeconds, _root.notAfterSeconds));
        uint256 revoked = rootCrl.revoked;
        if (_isRevoked(revoked, crl.certificate)) revoked |= 1 << (THIS_CA - 1);
        _pckCas[bytes4(keyId)] = KeptCas.pack(pointer, endSeconds, _identityEpochs, revoked);
    }

    /// @dev The root, which is there and has not expired.
    function _demandRoot() private view returns (KeptCertificate memory certificate) {
        certificate = _root;
        if (certificate.serial == 0) revert CollateralMissing(Documents.ROOT);
        _demandInForce(certificate.notAfterSeconds);
    }

    /// @dev The root and its CRL, which are there and have not expired.
    function _demandAuthority() private view returns (KeptCertificate memory certificate, uint256 revoked) {
        KeptCrl memory crl = _rootCrl;
        if (crl.thisUpdateSeconds == 0) {
            revert CollateralMissing(_root.serial == 0 ? Documents.ROOT : Documents.ROOT_CRL);
        }
        // A CRL is there only if its root is.
        certificate = _demandRoot();
        _demandInForce(crl.nextUpdateSeconds);
        return (certificate, crl.revoked);
    }

    /// @dev The certificate at a position, which is there in that role, has not expired and is not revoked.
    function _demandCertificate(
        uint256 position,
        uint256 role
    ) private view returns (KeptCertificate memory certificate) {
        // Whatever has a position was admitted under root and root CRL.
        if (position == 0) revert CollateralMissing(role);
        certificate = _certificates[position - 1];
        // The key of a PCK CA signs no TCB info.
        if (certificate.role != role) revert CollateralMissing(role);
        (, uint256 revoked) = _demandAuthority();
        _demandInForce(certificate.notAfterSeconds);
        if (_isRevoked(revoked, position)) revert CollateralRevoked(role);
    }

    function _demandInForce(uint256 endSeconds) private view {
        if (block.timestamp > endSeconds) revert CollateralExpired(endSeconds);
    }

    /// @dev Refuses what is not newer than what is kept.
    function _demandNewer(uint256 documentCode, uint256 keptSeconds, uint256 dateSeconds) private pure {
        if (keptSeconds >= dateSeconds) revert CollateralNotNewer(documentCode, keptSeconds, dateSeconds);
    }

    /// @dev Refuses a document that is neither newer than what is kept nor, with the same date, in force for longer: as it
    /// is under a certificate of the same key that renews another.
    function _demandNewerDocument(
        uint256 documentCode,
        KeptDocument kept,
        uint256 dateSeconds,
        uint256 endSeconds
    ) private pure {
        bool lastsLonger = kept.dateSeconds() == dateSeconds && kept.expiresAtSeconds() < endSeconds;
        if (!lastsLonger) _demandNewer(documentCode, kept.dateSeconds(), dateSeconds);
    }

    function _certificateState(uint256 position) private view returns (uint256 notAfterSeconds, bool isRevoked) {
        if (position == 0) return (0, false);
        return (_certificates[position - 1].notAfterSeconds, _isRevoked(_rootCrl.revoked, position));
    }

    function _documentState(
        KeptDocument kept
    ) private view returns (uint256 dateSeconds, uint256 expiresAtSeconds, bool isRevoked) {
        uint256 position = kept.certificate();
        isRevoked = position != 0 && _isRevoked(_rootCrl.revoked, position);
        return (kept.dateSeconds(), kept.expiresAtSeconds(), isRevoked);
    }
}
