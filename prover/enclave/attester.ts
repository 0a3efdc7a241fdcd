/**
 * Where evidence comes from: the hardware, through whatever interface the platform has. Each driver is a file of its own
 * under attestation, and only the one that is needed is loaded.
 */
export interface Attester {
  /** Name of the interface, for `status` */
  readonly platform: string;
  /**
   * A quote as the platform emits it.
   * @param reportData 64 bytes
   * @throws EnclaveError `AttestationFailed`
   */
  quote(reportData: Uint8Array): Promise<Uint8Array>;
}
