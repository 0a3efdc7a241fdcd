/** `sui.rpc.v2.MovePackageService`: what packages declare. */
import type { GrpcTypes } from '@mysten/sui/grpc';
import type { PackageRecord } from '../../ledger/objects.ts';
import type { ModuleDescriptor } from '../../ledger/packages.ts';
import { FieldMask } from '../field-mask.ts';
import { originalId, renderDatatype, renderFunction, renderModule, renderPackage } from '../render/object.ts';
import type { Handlers } from '../router.ts';
import { RpcStatus, invalid, notFound } from '../status.ts';
import { address, name, page, pageSize, readToken, writeToken, type ServiceContext } from './context.ts';

export function packageService(context: ServiceContext): Handlers {
  const { ledger, packages } = context;

  const load = (packageId: string | undefined): PackageRecord => {
    const id = address('package_id', packageId);
    const object = ledger.live(id);
    if (!object) throw notFound(`Package ${id}`);
    if (object.kind !== 'package') throw invalid('package_id', `object ${id} is not a package`);
    return object;
  };
  // Sui answers INTERNAL for names that a package does not have.
  const module = (record: PackageRecord, moduleName: string): ModuleDescriptor => {
    const found = packages.module(record.id, moduleName);
    if (!found) throw new RpcStatus('INTERNAL', `Module not found: ${record.id}::${moduleName}`);
    return found;
  };

  return {
    GetPackage: (request: GrpcTypes.GetPackageRequest): GrpcTypes.GetPackageResponse => {
      const record = load(request.packageId);
      const rendered = renderPackage(record, FieldMask.everything());
      const modules = [...record.package.modules].map(([moduleName, contents]) => ({
        ...renderModule(record.id, module(record, moduleName)),
        contents,
      }));
      return { package: { ...rendered, modules } };
    },

    GetDatatype: (request: GrpcTypes.GetDatatypeRequest): GrpcTypes.GetDatatypeResponse => {
      const moduleName = name('module_name', request.moduleName);
      const typeName = name('name', request.name);
      const record = load(request.packageId);
      const datatype = module(record, moduleName).datatypes.get(typeName);
      if (!datatype) throw new RpcStatus('INTERNAL', `Datatype '${typeName}' not found`);
      return { datatype: renderDatatype(record.id, datatype) };
    },

    GetFunction: (request: GrpcTypes.GetFunctionRequest): GrpcTypes.GetFunctionResponse => {
      const moduleName = name('module_name', request.moduleName);
      const functionName = name('name', request.name);
      const descriptor = module(load(request.packageId), moduleName).functions.get(functionName);
      if (!descriptor) throw new RpcStatus('INTERNAL', `Function not found: ${functionName}`);
      return { function: renderFunction(descriptor) };
    },

    ListPackageVersions: (request: GrpcTypes.ListPackageVersionsRequest): GrpcTypes.ListPackageVersionsResponse => {
      const original = originalId(load(request.packageId));
      const query = ['versions', original];
      const after = readToken(request.pageToken, query);
      const versions = ledger.objects
        .packages()
        .filter((record) => originalId(record) === original)
        .sort((a, b) => (a.version < b.version ? -1 : 1));
      const rest = versions.filter(
        ({ version }) => after === undefined || version.toString().padStart(20, '0') > after,
      );
      const { items, more } = page(rest, pageSize(request.pageSize), () => 64);
      return {
        versions: items.map(({ id, version }) => ({ packageId: id, version })),
        ...(more ? { nextPageToken: writeToken(query, items.at(-1)!.version.toString().padStart(20, '0')) } : {}),
      };
    },
  };
}
