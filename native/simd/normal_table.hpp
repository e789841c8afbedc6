// Written by normal_table.py: the polynomials of normal_pair.hpp.
#pragma once

namespace verhulst::normal {

// Largest relative error of a polynomial, its coefficients unrounded: 2^-64.6.
alignas(64) constexpr double centre[16] = {
    0x1.0000000000000p-2, 0x1.8000000000000p-1, 0x1.8000000000000p+0, 0x1.4000000000000p+1,
    0x1.c000000000000p+1, 0x1.2000000000000p+2, 0x1.8000000000000p+2, 0x1.0000000000000p+3,
    0x1.4000000000000p+3, 0x1.8000000000000p+3, 0x1.e000000000000p+3, 0x1.3000000000000p+4,
    0x1.7000000000000p+4, 0x1.b000000000000p+4, 0x1.0800000000000p+5, 0x1.4800000000000p+5};

alignas(64) constexpr double c0[16] = {
    0x1.a7f808169e570p-2, 0x1.3370237bca626p-2, 0x1.a5705596892b7p-3, 0x1.21725231700b8p-3,
    0x1.b396f9cf1e260p-4, 0x1.5b5acd3b15fbbp-4, 0x1.095608c7b15f1p-4, 0x1.9269722f50cddp-5,
    0x1.43a38ae46ed46p-5, 0x1.0e7dcd1d93192p-5, 0x1.b1d706d10e138p-6, 0x1.5711aff46a4a2p-6,
    0x1.1ba6c6d3a0276p-6, 0x1.e381b93c28211p-7, 0x1.8bc65b43db087p-7, 0x1.3ea732bd204c0p-7};

alignas(64) constexpr double c0_lo[16] = {
    0x1.321648ec65d38p-56,  0x1.5b5ccb581f89cp-59,  -0x1.d00ba6107c90ep-59, 0x1.b027a77ad33e6p-57,
    -0x1.1646b36c1f44dp-61, 0x1.3b0a597c9f99ep-58,  0x1.fe1c4aaf40c1ap-62,  -0x1.9403443e0f2cap-59,
    -0x1.93a50d2c0d7b4p-59, 0x1.0874a781f595ap-62,  -0x1.278be462d2a73p-62, 0x1.530798b6dc2d3p-64,
    -0x1.de1b8b18c911dp-60, -0x1.4b1c8843708c1p-61, -0x1.48a143bc025bdp-62, -0x1.581309a69e3afp-62};

alignas(64) constexpr double c1[16] = {
    -0x1.2e8651379bcf4p-2,  -0x1.63e07140d7368p-3,  -0x1.71c04c317211ep-4,  -0x1.75ab63fbbab50p-5,
    -0x1.b6038a80903c9p-6,  -0x1.1be2c5acaa9ddp-6,  -0x1.5068c2372ace0p-7,  -0x1.86b8437ca5cfdp-8,
    -0x1.fbf2cfdc6dcc6p-9,  -0x1.63cfc8735fac0p-9,  -0x1.cabcd94632c1ep-10, -0x1.1f524b052d027p-10,
    -0x1.892ada1a58f32p-11, -0x1.1dbde503124f6p-11, -0x1.7f147d26115fep-12, -0x1.f0d1d7901d621p-13};

alignas(64) constexpr double c1_lo[16] = {
    -0x1.e7b8692a96588p-56, -0x1.3ae4f73db3165p-60, 0x1.de1e841fac6afp-58,  -0x1.7f3f972dbce5dp-60,
    -0x1.2ad98826b8993p-60, -0x1.1d370ed15e7b2p-60, -0x1.d9c09fe178bacp-63, 0x1.f03db3f94fcc9p-62,
    0x1.99505b37a401dp-63,  -0x1.54a5ee2158159p-63, -0x1.788108391e9e9p-64, 0x1.d52f9007176e7p-65,
    0x1.e4f40c8af3c32p-66,  0x1.8300ccd8dca14p-66,  0x1.3a3d1c7a709b1p-66,  -0x1.5ad3431746fbbp-67};

alignas(64) constexpr double c2[16] = {
    0x1.5c5673c8b7633p-3,  0x1.5bf7f206f35bep-4,  0x1.204038e2e73c1p-5,  0x1.bf399da0dad32p-7,
    0x1.a29f04f4ff87fp-8,  0x1.bfbaed8d60a26p-9,  0x1.a0eee3ca2891ep-10, 0x1.7625d6555fc03p-11,
    0x1.8af23eaa8d287p-12, 0x1.d0fb6385ac0e4p-13, 0x1.e2fd8f9f3edb9p-14, 0x1.dff6de44d73fbp-15,
    0x1.0ffa10b0389c4p-15, 0x1.5146c6f93b1dfp-16, 0x1.727469323b26ep-17, 0x1.83129335e49e6p-18};

alignas(64) constexpr double c2_lo[16] = {
    0x1.704eb0cee9993p-58,  0x1.ca8abf549c375p-61,  0x1.d01b3b9950e9bp-59,  0x1.be8e500ed6493p-61,
    -0x1.42d98953c001dp-62, -0x1.75556353110dfp-65, -0x1.5fafcffdf1e1ep-64, -0x1.2943fee5b5badp-66,
    -0x1.ee339b52ac7b9p-67, 0x1.917f9c2656469p-68,  0x1.27a5e30ac961ap-68,  -0x1.e74d5c05f7dc1p-71,
    0x1.4b4a9a55a4354p-72,  -0x1.287d96db9d109p-71, 0x1.3b887bd210961p-74,  -0x1.44403b7ff1979p-72};

alignas(64) constexpr double c3[16] = {
    -0x1.594f58fe0683dp-4,  -0x1.2c849dfda5456p-5,  -0x1.99805968b70ddp-7,  -0x1.f6275d265fb06p-9,
    -0x1.7e8220e103738p-10, -0x1.55bc008c2d700p-11, -0x1.f9cc9d4bb2bc3p-13, -0x1.6189189b2bf7bp-14,
    -0x1.305575efc77c3p-15, -0x1.2ddfa2851ae33p-16, -0x1.fa60e04d46b05p-18, -0x1.8fcf5d88cdbe1p-19,
    -0x1.7796be050c54ep-20, -0x1.8d91810b3d7b4p-21, -0x1.65eb8db07faffp-22, -0x1.2d63eec09eebfp-23};

alignas(64) constexpr double c3_lo[16] = {
    -0x1.cf432163324d4p-58, -0x1.7122b33201b5bp-59, 0x1.b1bf024412f69p-61,  0x1.9d7a84d89f054p-66,
    0x1.e500a63030103p-67,  0x1.caabd98b21c13p-65,  0x1.aea6eb97f7bccp-68,  -0x1.434c91565770bp-68,
    -0x1.ab86e9689c27ep-69, 0x1.92e217f3a1e55p-70,  -0x1.847958ba892a6p-72, 0x1.2d8e88878344dp-74,
    0x1.f56c59eb59739p-75,  0x1.0868c9a73b8ebp-76,  -0x1.b5f549cc255c7p-80, 0x1.ddee7c2c3aea5p-77};

alignas(64) constexpr double c4[16] = {
    0x1.312c88a8f692cp-5,  0x1.d68c6d8faac3bp-7,  0x1.0d602eb7452f1p-8,  0x1.0ac206d1be0a1p-10,
    0x1.4fb4a0c0720b8p-12, 0x1.fa3b677d6c234p-14, 0x1.2cab6e8b1441ep-15, 0x1.49cbdba33c8a4p-17,
    0x1.d0ed67da79a57p-19, 0x1.857df7c07730ap-20, 0x1.0857aad9930a0p-21, 0x1.4c27cc98bb856p-23,
    0x1.02dc0e4bdfa1cp-24, 0x1.d40217bf3df19p-26, 0x1.597f14377a210p-27, 0x1.d5129e3200443p-29};

alignas(64) constexpr double c5[16] = {
    -0x1.eb760ca7d91a7p-7,  -0x1.53aa0f1deecd8p-8,  -0x1.4bf38a32033c1p-10, -0x1.0dee21004ff5ep-12,
    -0x1.1c0d0d81fedd3p-14, -0x1.6caa288a6a49fp-16, -0x1.5eafc97a1438fp-18, -0x1.2fdca5ff2b507p-20,
    -0x1.601bb3ec58679p-22, -0x1.f36e8a8d19521p-24, -0x1.12d9988848c90p-25, -0x1.133883e302ddep-27,
    -0x1.642a2ffdf1b30p-29, -0x1.13186726e2f62p-30, -0x1.4d33df6e2f323p-32, -0x1.6ccf0dbe002d7p-34};

alignas(64) constexpr double c6[16] = {
    0x1.6df18a7df6ab4p-8,  0x1.c990dfdb419dap-10, 0x1.826247b6b2007p-12, 0x1.057885d974e22p-14,
    0x1.d0dbc4f90fe39p-17, 0x1.ffea8a09183a2p-19, 0x1.91a64f4ff23e2p-21, 0x1.14a23c2b5bfe9p-23,
    0x1.0872f4cb206a3p-25, 0x1.3e4151e303f93p-27, 0x1.1c9ca44c8822ap-29, 0x1.c6e553b7ee4fap-32,
    0x1.e927de3bebe4bp-34, 0x1.42f88f34fabe6p-35, 0x1.410e893a07587p-37, 0x1.1b8db9b531837p-39};

alignas(64) constexpr double c7[16] = {
    -0x1.fd646864b53c5p-10, -0x1.22234f058439ap-11, -0x1.ab8f478f74883p-14, -0x1.e6e83d02aa57bp-17,
    -0x1.70cd46172afdcp-19, -0x1.5eaec41845eeap-21, -0x1.c41bedb1a26c1p-24, -0x1.f1e2fcd9b66e5p-27,
    -0x1.8a00235160bccp-29, -0x1.932ed653b8ff0p-31, -0x1.2588edd062685p-33, -0x1.76f531a93cdf6p-36,
    -0x1.4f4b80d273b13p-38, -0x1.7aacc13faf49fp-40, -0x1.3513615a509f9p-42, -0x1.b888eb4174186p-45};

alignas(64) constexpr double c8[16] = {
    0x1.4e1b43f7addf4p-11, 0x1.5cc3a23931b55p-13, 0x1.c41919c632070p-16, 0x1.b53fcb241a447p-19,
    0x1.1c504f49fb622p-21, 0x1.d597b5b769e4fp-24, 0x1.f48ae8a8dede9p-27, 0x1.bb0bdbf7854b6p-30,
    0x1.232deb86d74d5p-32, 0x1.fbc6248883414p-35, 0x1.2d88abdc9a102p-37, 0x1.344517ff82892p-40,
    0x1.cad54364dda45p-43, 0x1.bb6613a2a65bap-45, 0x1.29466c58bb06dp-47, 0x1.5602ffa755c2cp-50};

alignas(64) constexpr double c9[16] = {
    -0x1.9fab8e1956fb4p-13, -0x1.8f8bc82b11cf4p-15, -0x1.cab5164d28da8p-18, -0x1.7bc7c2f3118a5p-21,
    -0x1.aac3907932b77p-24, -0x1.33afbf7e0cf1dp-26, -0x1.10b7f828e0579p-29, -0x1.85f9cbecf7045p-33,
    -0x1.ab0a7e4ea14b0p-36, -0x1.3de6d434dafacp-38, -0x1.3488808f12a39p-41, -0x1.f99679a8cd8dcp-45,
    -0x1.3961dcac6d748p-47, -0x1.034026b790d84p-49, -0x1.1dab5ff675ddcp-52, -0x1.095e162edb377p-55};

alignas(64) constexpr double c10[16] = {
    0x1.ed00de8185a29p-15, 0x1.b628ade2f0ff4p-17, 0x1.c021e55a360f1p-20, 0x1.3fd180e87272ap-23,
    0x1.3855994a84a6fp-26, 0x1.8b06608cc9ef0p-29, 0x1.24afbe4654b6fp-32, 0x1.53a6c282fa290p-36,
    0x1.36c49d92094e8p-39, 0x1.8bcb810703bcep-42, 0x1.3a77da631700ep-45, 0x1.9d8c94c108bdbp-49,
    0x1.ab512cda4068ep-52, 0x1.2ec3a4a937704p-54, 0x1.1245af38c65e2p-57, 0x1.9b8edce3c3227p-61};

alignas(64) constexpr double c11[16] = {
    -0x1.17e57c4552492p-16, -0x1.cda8fc5b73458p-19, -0x1.a6c78035db7bap-22, -0x1.05aa3fbd3c6cbp-25,
    -0x1.be76910e24c29p-29, -0x1.f15e2ce32cc30p-32, -0x1.358ef0c4e5098p-35, -0x1.24cc8b7f9d350p-39,
    -0x1.c0f18914d364bp-43, -0x1.ea04d8add2c1cp-46, -0x1.3f4b6a7cf26a1p-49, -0x1.516a36e347eb1p-53,
    -0x1.22d274872f35dp-56, -0x1.611e8f777049fp-59, -0x1.0719e8ee78340p-62, -0x1.3ef555f5773d0p-66};

alignas(64) constexpr double c12[16] = {
    0x1.315826f7e161fp-18, 0x1.d4cc07964a57fp-21, 0x1.82203a326a742p-24, 0x1.a0be973351801p-28,
    0x1.38051478e00a0p-31, 0x1.335961adb6c17p-34, 0x1.42ce8b5584d02p-38, 0x1.f3cacb1faf483p-43,
    0x1.41e9cefedf039p-46, 0x1.2daabbcc29a4ep-49, 0x1.42f4140db8705p-53, 0x1.129b03ffe90d2p-57,
    0x1.8b27b16447511p-61, 0x1.9b50059b67fbbp-64, 0x1.f84fde2f7cd81p-68, 0x1.ee18ac5457aeap-72};

alignas(64) constexpr double c13[16] = {
    -0x1.40f79abfc55fcp-20, -0x1.cbfa11899a238p-23, -0x1.55d3727529f33p-26, -0x1.43599e4fe2615p-30,
    -0x1.aaccadf6e39b5p-34, -0x1.7516e82233cdfp-37, -0x1.4b70f341f1c0fp-41, -0x1.a60df9fad6a48p-46,
    -0x1.ca26718f7e6d9p-50, -0x1.71524f99b5a93p-53, -0x1.44cca62abe782p-57, -0x1.bd81ca11bebcdp-62,
    -0x1.0be24fd2bfeaep-65, -0x1.de5fb495b4885p-69, -0x1.e220de3cb7b7fp-73, -0x1.7e38801c66727p-77};

alignas(64) constexpr double c14[16] = {
    0x1.4601c5cd64db2p-22, 0x1.b529b24722f28p-25, 0x1.266bd3cde1b59p-28, 0x1.ea22ab93b6cd5p-33,
    0x1.1e27ca6cc5e46p-36, 0x1.bd5b5d3807490p-40, 0x1.5089352c5ec1cp-44, 0x1.615ddcf99de67p-49,
    0x1.43e34a0d354a1p-53, 0x1.c1d95fd685778p-57, 0x1.461403e6daec7p-61, 0x1.68c91c8ffa466p-66,
    0x1.6ab7a257205dbp-70, 0x1.15e22a6197765p-73, 0x1.cd42204e95926p-78, 0x1.27b47dfbd364bp-82};

alignas(64) constexpr double c15[16] = {
    -0x1.45698bb595982p-24, -0x1.9884feb3326d2p-27, -0x1.0208ed791f163p-30, -0x1.77eaf503e53adp-35,
    -0x1.82e148d5b1c10p-39, -0x1.0b58585d6a2e4p-42, -0x1.6884be6184513p-47, -0x1.32c217d25ca0cp-52,
    -0x1.d5db3b6063a5bp-57, -0x1.1739532fdde5ap-60, -0x1.5d1311a8d3493p-65, -0x1.308e98afd569dp-70,
    -0x1.f98556b42cc77p-75, -0x1.49c411efedae4p-78, -0x1.d54beee72f4b0p-83, -0x1.dc2608a5b4612p-88};

alignas(64) constexpr double c16[16] = {
    0x1.3647b83b2b4edp-26, 0x1.6e13e5fcea75fp-29, 0x1.a51875c952424p-33, 0x1.10236ac5433e7p-37,
    0x1.f314a88fcfbbap-42, 0x1.34e0a83750675p-45, 0x1.6472903a0617ap-50, 0x1.f7f65b7269f92p-56,
    0x1.4783d00f9f186p-60, 0x1.507b16d0c7e5fp-64, 0x1.5bb6693dcd321p-69, 0x1.eac49fb6d0a37p-75,
    0x1.5505225903612p-79, 0x1.7e1c395a30d26p-83, 0x1.c0249897db7e6p-88, 0x1.6feddf2f8f162p-93};

}  // namespace verhulst::normal

namespace verhulst::normal_quick {

// Largest relative error of a polynomial, its coefficients unrounded: 2^-44.4.
alignas(64) constexpr double centre[16] = {
    0x1.0000000000000p-3, 0x1.8000000000000p-2, 0x1.4000000000000p-1, 0x1.c000000000000p-1,
    0x1.4000000000000p+0, 0x1.c000000000000p+0, 0x1.2000000000000p+1, 0x1.6000000000000p+1,
    0x1.c000000000000p+1, 0x1.2000000000000p+2, 0x1.6000000000000p+2, 0x1.a000000000000p+2,
    0x1.0000000000000p+3, 0x1.4000000000000p+3, 0x1.8000000000000p+3, 0x1.c000000000000p+3};

alignas(64) constexpr double c0[16] = {
    0x1.d0af2b9f3f96ep-2, 0x1.84b705ec74443p-2, 0x1.4b1de1265fdfap-2, 0x1.1e7c2d26d017dp-2,
    0x1.d898de09c6f19p-3, 0x1.7b5abd2fd03adp-3, 0x1.3aadddf19e980p-3, 0x1.0bb968cded93fp-3,
    0x1.b396f9cf1e260p-4, 0x1.5b5acd3b15fbbp-4, 0x1.201fa9259b7acp-4, 0x1.eba5fe5b14b2ap-5,
    0x1.9269722f50cddp-5, 0x1.43a38ae46ed46p-5, 0x1.0e7dcd1d93192p-5, 0x1.d087ad6e0cbf6p-6};

alignas(64) constexpr double c1[16] = {
    -0x1.5e6e6dc95b727p-2, -0x1.06bfb10497cb9p-2, -0x1.93234d0a8ef2bp-3, -0x1.3baf57769aa08p-3,
    -0x1.c49321dc9c5d0p-4, -0x1.3253b6cdb4cfap-4, -0x1.b405cc6b87d59p-5, -0x1.432b1910e5ce9p-5,
    -0x1.b6038a8092af4p-6, -0x1.1be2c5acaaf4bp-6, -0x1.8b195531b3a55p-7, -0x1.21ae92685282cp-7,
    -0x1.86b8437cac4d1p-8, -0x1.fbf2cfdc6f07ep-9, -0x1.63cfc8735fd6dp-9, -0x1.06cdbe7c1ed56p-9};

alignas(64) constexpr double c2[16] = {
    0x1.a4e15de61428cp-3,  0x1.222f238abb57fp-3,  0x1.9a45b2262667ap-4,  0x1.28beedc5d8e34p-4,
    0x1.7b79d1bfcaae6p-5,  0x1.bd45f4ef483dap-6,  0x1.15aa6bd488cd3p-6,  0x1.6c5e3c927cb97p-7,
    0x1.a29f04f5013d8p-8,  0x1.bfbaed8d610dbp-9,  0x1.07e3e93700ed8p-9,  0x1.4ea50718ea8cap-10,
    0x1.7625d65565493p-11, 0x1.8af23eaa8e0a9p-12, 0x1.d0fb6385ac42fp-13, 0x1.27e80535b5d58p-13};

alignas(64) constexpr double c3[16] = {
    -0x1.b02b1fe3f28d2p-4,  -0x1.15c923236e60ap-4,  -0x1.6e920728d6facp-5,  -0x1.ef9f7e801d2c0p-6,
    -0x1.1f33fe5aef632p-6,  -0x1.2962f4625b159p-7,  -0x1.49badda0f12a7p-8,  -0x1.838c5240e0dcep-9,
    -0x1.7e8220d4c75d2p-10, -0x1.55bc0088c8eddp-11, -0x1.57ff8594ec123p-12, -0x1.7b5fb85681216p-13,
    -0x1.6189187abe5b3p-14, -0x1.305575e99e8f9p-15, -0x1.2ddfa2836f039p-16, -0x1.4b934f09fb8bfp-17};

alignas(64) constexpr double c4[16] = {
    0x1.89deabe7d17aep-5,  0x1.dc32d9e829a92p-6,  0x1.27b80fe96154cp-6,  0x1.78a81433a3049p-7,
    0x1.8ff2a58c55e74p-8,  0x1.721ebe317b357p-9,  0x1.70c53ca764dd0p-10, 0x1.87b7101719da4p-11,
    0x1.4fb4a0b7e6ebcp-12, 0x1.fa3b67793b53cp-14, 0x1.b643d5fbafc79p-15, 0x1.a67415233e81cp-16,
    0x1.49cbdb8793768p-17, 0x1.d0ed67d1a4e13p-19, 0x1.857df7be68768p-20, 0x1.71c8031c93319p-21};

alignas(64) constexpr double c5[16] = {
    -0x1.460a910aae93fp-6,  -0x1.7506fe0b9ef70p-7,  -0x1.b6a736cc9ec94p-8,  -0x1.08ab2af9f3f29p-8,
    -0x1.038d13027c4c9p-9,  -0x1.b17805cdd8d3cp-11, -0x1.8759592c2057ep-12, -0x1.7a617e19c2951p-13,
    -0x1.1c0d1e9eb6992p-14, -0x1.6caa32086886ap-16, -0x1.1138dfe4bc80ap-17, -0x1.ce785e710b9bfp-19,
    -0x1.2fdcd3549b4d0p-20, -0x1.601bc527359bdp-22, -0x1.f36e93e76045fp-24, -0x1.9a75ad1f41e49p-25};

alignas(64) constexpr double c6[16] = {
    0x1.f1fd5944f6e5bp-8,  0x1.0ed65c41411a5p-8,  0x1.2ee7e9df14baap-9,  0x1.5bd19745e7da1p-10,
    0x1.3cf8a5ce464b0p-11, 0x1.e145f89902ed9p-13, 0x1.8c5d494b1b749p-14, 0x1.5ee01ad8c998cp-15,
    0x1.d0dbdcdf60170p-17, 0x1.ffea95c2c7af6p-19, 0x1.4dc8d1cb211ccp-20, 0x1.f21874267a2efp-22,
    0x1.14a262d6cb2d6p-23, 0x1.0873012500903p-25, 0x1.3e4157a4bf4b6p-27, 0x1.c5826fccc73d4p-29};

alignas(64) constexpr double c7[16] = {
    -0x1.62d4be6057242p-9,  -0x1.704744b3d7ea5p-10, -0x1.8922ad12877bbp-11, -0x1.af0bbbc14e0edp-12,
    -0x1.6ed5627937e29p-13, -0x1.fd7e8c2a4a423p-15, -0x1.80e3f85bb7557p-16, -0x1.397d1a23e7fd5p-17,
    -0x1.70b9c1384f075p-19, -0x1.5ea3ef2b1ffd4p-21, -0x1.8fed97d944993p-23, -0x1.08116e4cb6e88p-24,
    -0x1.f1af541e442b6p-27, -0x1.89ec7cba4ed3ep-29, -0x1.93242a2df76fap-31, -0x1.f2c326a3a98efp-33};

alignas(64) constexpr double c8[16] = {
    0x1.dbcf623c84c25p-11, 0x1.d89eb99d5ad4ap-12, 0x1.e2f4605756110p-13, 0x1.fb0d6fd89f1e4p-14,
    0x1.94a4b2ac0b66ap-15, 0x1.025a8083999b8p-16, 0x1.67b50aca94ac1p-18, 0x1.0eb0d2556f3eep-19,
    0x1.1c42ad95c9ea4p-21, 0x1.d58a543d91a98p-24, 0x1.d67a1ce8e1e95p-26, 0x1.13d903d8bcbb2p-27,
    0x1.badfcaa653dbdp-30, 0x1.231fd54d93b7cp-32, 0x1.fbb90114c703fp-35, 0x1.110c7b958e400p-36};

alignas(64) constexpr double c9[16] = {
    -0x1.2f5414a819f72p-12, -0x1.20fab31c245f8p-13, -0x1.1b4a3a5d440bdp-14, -0x1.1d6931a600304p-15,
    -0x1.aff4b49e9c715p-17, -0x1.fc8fbc3adeef2p-19, -0x1.4724d354a5538p-20, -0x1.c815c6ed83cbcp-22,
    -0x1.b47b87997bf82p-24, -0x1.3915a62df5742p-26, -0x1.13ae82db725aep-28, -0x1.1f2c6175169b9p-30,
    -0x1.92cf16a457777p-33, -0x1.b4d28716b7a19p-36, -0x1.4338623f9f956p-38, -0x1.2d6ea56fdf0c9p-40};

alignas(64) constexpr double c10[16] = {
    0x1.6ecdf368cab7fp-14, 0x1.4ffa2bebd2ff5p-15, 0x1.3cb69691bf387p-16, 0x1.32e591c05e275p-17,
    0x1.b61bf06fc5960p-19, 0x1.de217853ab218p-21, 0x1.1d94f3feb015ap-22, 0x1.7265e00b894f6p-24,
    0x1.3f1f6f55ce408p-26, 0x1.91b1abe388a96p-29, 0x1.393af684e7702p-31, 0x1.238b9ecfa54ebp-33,
    0x1.5e999b09bf426p-36, 0x1.3dc7c4b9264abp-39, 0x1.9257ba015a062p-42, 0x1.471975b042892p-44};

}  // namespace verhulst::normal_quick

namespace verhulst::normal_floats_16 {

// Largest relative error where a <= 11.3, roundings and all: 2^-30.86.
alignas(64) constexpr float centre[16] = {0x1.fec36ap-3f, 0x1.febce8p-2f, 0x1.80580cp-1f, 0x1.fefaecp-1f,
                                          0x1.5f477cp+0f, 0x1.e14caap+0f, 0x1.2fa236p+1f, 0x1.7124dap+1f,
                                          0x1.d0d166p+1f, 0x1.281bf2p+2f, 0x1.679532p+2f, 0x1.a71ee8p+2f,
                                          0x1.032fc0p+3f, 0x1.44cccep+3f, 0x1.835aa0p+3f, 0x0.0p+0f};

alignas(64) constexpr float c0[16] = {0x1.350586p+1f, 0x1.6dd2e2p+1f, 0x1.aa8088p+1f, 0x1.e8d352p+1f,
                                      0x1.25af46p+2f, 0x1.6bc05ep+2f, 0x1.b2350ep+2f, 0x1.fd6af4p+2f,
                                      0x1.36dca8p+3f, 0x1.831ef6p+3f, 0x1.d028ccp+3f, 0x1.0ef7b8p+4f,
                                      0x1.49a736p+4f, 0x1.9af45ep+4f, 0x1.e8bee8p+4f, 0x1.000000p+1f};

alignas(64) constexpr float c1[16] = {0x1.b91fb0p+0f, 0x1.d54900p+0f, 0x1.ed9156p+0f, 0x1.00e4bap+1f,
                                      0x1.0d4db2p+1f, 0x1.19cdfap+1f, 0x1.2277f0p+1f, 0x1.28fee2p+1f,
                                      0x1.2f8956p+1f, 0x1.34f042p+1f, 0x1.383a70p+1f, 0x1.3a5bf2p+1f,
                                      0x1.3c5b12p+1f, 0x1.3de6f0p+1f, 0x1.3ebe5ep+1f, 0x1.988454p+0f};

alignas(64) constexpr float c1_lo[16] = {-0x1.3c5588p-29f, 0x1.de2b1ap-29f,  -0x1.4d7296p-25f, 0x1.53c276p-25f,
                                         0x1.a58694p-24f,  -0x1.d51d82p-30f, -0x1.ca5744p-26f, -0x1.e969c0p-24f,
                                         0x1.bb7f34p-25f,  -0x1.44ed88p-24f, -0x1.b15d3ap-24f, 0x1.a0862ep-24f,
                                         0x1.bc9deap-30f,  -0x1.53597ep-25f, -0x1.6cd51ap-28f, -0x1.855c0cp-25f};

alignas(64) constexpr float c2[16] = {0x1.e6ad3ap-3f, 0x1.a1b218p-3f, 0x1.62bab0p-3f,  0x1.2c8ae6p-3f,
                                      0x1.d1c78cp-4f, 0x1.4a1518p-4f, 0x1.ddbe0ap-5f,  0x1.5aa3fep-5f,
                                      0x1.c03926p-6f, 0x1.0a052ep-6f, 0x1.500550p-7f,  0x1.be877ap-8f,
                                      0x1.0589c2p-8f, 0x1.198548p-9f, 0x1.567fc2p-10f, 0x1.17cc1cp-2f};

alignas(64) constexpr float c3[16] = {-0x1.7e9830p-5f,  -0x1.60b97ep-5f,  -0x1.38ea46p-5f,  -0x1.0f4cc2p-5f,
                                      -0x1.a84690p-6f,  -0x1.26c040p-6f,  -0x1.99cd9ap-7f,  -0x1.19bd14p-7f,
                                      -0x1.4d23cep-8f,  -0x1.5d2844p-9f,  -0x1.86bdacp-10f, -0x1.cf1a4ep-11f,
                                      -0x1.cfa878p-12f, -0x1.9d0f40p-13f, -0x1.adf548p-14f, -0x1.88ca10p-5f};

alignas(64) constexpr float c4[16] = {0x1.60c276p-9f,  0x1.211e70p-8f,  0x1.4da1f4p-8f,  0x1.4dff52p-8f,
                                      0x1.2542b4p-8f,  0x1.b0fa5ap-9f,  0x1.2ed51ep-9f,  0x1.9740d2p-10f,
                                      0x1.c5f410p-11f, 0x1.aeb832p-12f, 0x1.b1c90cp-13f, 0x1.cf6130p-14f,
                                      0x1.90a81ap-15f, 0x1.29de84p-16f, 0x1.0a86fap-17f, -0x1.e60372p-12f};

alignas(64) constexpr float c5[16] = {0x1.f4aadcp-10f,  0x1.dd479ap-11f,  0x1.db54d6p-13f,  -0x1.6d0f4ep-13f,
                                      -0x1.c36700p-12f, -0x1.d70616p-12f, -0x1.70082ap-12f, -0x1.fff348p-13f,
                                      -0x1.1aa422p-13f, -0x1.f51836p-15f, -0x1.ce027ep-16f, -0x1.c18610p-17f,
                                      -0x1.578178p-18f, -0x1.abcaf6p-20f, -0x1.49905cp-21f, 0x1.a21452p-9f};

alignas(64) constexpr float c6[16] = {-0x1.95eebep-11f, -0x1.24cc58p-11f, -0x1.7167f0p-12f, -0x1.9b2e38p-13f,
                                      -0x1.b715e6p-15f, 0x1.9472b8p-16f,  0x1.378dc6p-15f,  0x1.0526a4p-15f,
                                      0x1.34cccap-16f,  0x1.0c43c8p-17f,  0x1.cfd776p-19f,  0x1.a10c76p-20f,
                                      0x1.195d3ap-21f,  0x1.29c364p-23f,  0x1.8e4e8cp-25f,  -0x1.deea8cp-11f};

}  // namespace verhulst::normal_floats_16

namespace verhulst::normal_floats_32 {

// Largest relative error where a <= 11.3, roundings and all: 2^-32.52.
alignas(64) constexpr float centre[32] = {
    0x1.ff8e4ep-4f, 0x1.00795ap-2f, 0x1.7ee20ap-2f, 0x1.febce8p-2f, 0x1.3f9968p-1f, 0x1.80580cp-1f, 0x1.c0b38ap-1f,
    0x1.fefaecp-1f, 0x1.2ff2fcp+0f, 0x1.70fd0ap+0f, 0x1.b05b1cp+0f, 0x1.f0e9e6p+0f, 0x1.19784ep+1f, 0x1.38bea4p+1f,
    0x1.56d752p+1f, 0x1.77e286p+1f, 0x1.a86d7cp+1f, 0x1.e6dac4p+1f, 0x1.12cb12p+2f, 0x1.3334bap+2f, 0x1.52a406p+2f,
    0x1.74e17ap+2f, 0x1.92b7eep+2f, 0x1.b3d5e4p+2f, 0x1.e32196p+2f, 0x1.10a652p+3f, 0x1.327d90p+3f, 0x1.51e534p+3f,
    0x1.7374dcp+3f, 0x1.91ca68p+3f, 0x1.b27a1ep+3f, 0x0.0p+0f};

alignas(64) constexpr float c0[32] = {
    0x1.1a0b32p+1f, 0x1.3541c4p+1f, 0x1.50f1ccp+1f, 0x1.6dd2e2p+1f, 0x1.8ba8e4p+1f, 0x1.aa8088p+1f, 0x1.c9dcf2p+1f,
    0x1.e8d352p+1f, 0x1.0d0ca6p+2f, 0x1.2f08a0p+2f, 0x1.510280p+2f, 0x1.745d4ap+2f, 0x1.992cf2p+2f, 0x1.bc904cp+2f,
    0x1.df05aap+2f, 0x1.029f70p+3f, 0x1.1f0264p+3f, 0x1.43f38cp+3f, 0x1.697542p+3f, 0x1.908714p+3f, 0x1.b6a788p+3f,
    0x1.e06452p+3f, 0x1.0273dcp+4f, 0x1.16c74cp+4f, 0x1.33e602p+4f, 0x1.5a4d20p+4f, 0x1.843ac4p+4f, 0x1.ab38d0p+4f,
    0x1.d4f50cp+4f, 0x1.fab98cp+4f, 0x1.11babcp+5f, 0x1.000000p+1f};

alignas(64) constexpr float c1[32] = {
    0x1.a96a2ap+0f, 0x1.b940e8p+0f, 0x1.c7b914p+0f, 0x1.d54900p+0f, 0x1.e1dfb6p+0f, 0x1.ed9156p+0f, 0x1.f84306p+0f,
    0x1.00e4bap+1f, 0x1.079110p+1f, 0x1.0f453ep+1f, 0x1.15987ep+1f, 0x1.1b099ep+1f, 0x1.1fbbaap+1f, 0x1.2381dcp+1f,
    0x1.269f7ep+1f, 0x1.298e9cp+1f, 0x1.2d1e0ap+1f, 0x1.30afc0p+1f, 0x1.336eb0p+1f, 0x1.35a128p+1f, 0x1.374dd6p+1f,
    0x1.38bffcp+1f, 0x1.39c448p+1f, 0x1.3ab158p+1f, 0x1.3bbcbep+1f, 0x1.3cc1dap+1f, 0x1.3d8f98p+1f, 0x1.3e1d72p+1f,
    0x1.3e9136p+1f, 0x1.3ee30ap+1f, 0x1.3f2984p+1f, 0x1.988454p+0f};

alignas(64) constexpr float c1_lo[32] = {
    0x1.5c40fep-27f,  -0x1.5eb970p-25f, -0x1.240eb4p-27f, 0x1.d6fbd4p-29f,  0x1.ac9b78p-25f,  -0x1.4dd268p-25f,
    -0x1.cadcb8p-26f, 0x1.537d9ep-25f,  -0x1.fde11ep-25f, 0x1.a81290p-24f,  0x1.b1d1d4p-24f,  0x1.636240p-26f,
    0x1.d3789ap-24f,  0x1.0f959cp-24f,  0x1.c90ecep-24f,  -0x1.8cc7dap-24f, 0x1.ff9c2ep-31f,  0x1.6134a2p-24f,
    -0x1.4a45bcp-25f, -0x1.9c7b7ep-24f, -0x1.da66c4p-27f, -0x1.f67918p-24f, 0x1.b870eap-24f,  -0x1.efd3b0p-26f,
    0x1.96f238p-24f,  0x1.116208p-25f,  -0x1.42222ap-25f, 0x1.fd7f1ep-24f,  -0x1.aefd76p-24f, -0x1.2aea72p-24f,
    0x1.1b9c74p-26f,  -0x1.857914p-25f};

alignas(64) constexpr float c2[32] = {
    0x1.056ac6p-2f,  0x1.e65ee0p-3f,  0x1.c387dep-3f,  0x1.a1b218p-3f, 0x1.8164fep-3f, 0x1.62bab0p-3f, 0x1.46397ep-3f,
    0x1.2c8ae6p-3f,  0x1.083d1cp-3f,  0x1.bc4998p-4f,  0x1.7771cep-4f, 0x1.3ce59ep-4f, 0x1.0b4288p-4f, 0x1.c86e18p-5f,
    0x1.897766p-5f,  0x1.4fb8b2p-5f,  0x1.0c2374p-5f,  0x1.979f08p-6f, 0x1.3a7e60p-6f, 0x1.e8f6eap-7f, 0x1.84a82ep-7f,
    0x1.3340b6p-7f,  0x1.fa9ae0p-8f,  0x1.9dacf8p-8f,  0x1.3bb56cp-8f, 0x1.c81a76p-9f, 0x1.4ad318p-9f, 0x1.f80ea0p-10f,
    0x1.81d734p-10f, 0x1.348806p-10f, 0x1.ed09d8p-11f, 0x1.17cc1cp-2f};

alignas(64) constexpr float c3[32] = {
    -0x1.86e684p-5f,  -0x1.7e8002p-5f,  -0x1.716dc2p-5f,  -0x1.60b970p-5f,  -0x1.4d978cp-5f,  -0x1.38ea3ap-5f,
    -0x1.23c398p-5f,  -0x1.0f4cbap-5f,  -0x1.e0caf6p-6f,  -0x1.945534p-6f,  -0x1.52e25ep-6f,  -0x1.19d198p-6f,
    -0x1.d1d07cp-7f,  -0x1.84d248p-7f,  -0x1.472372p-7f,  -0x1.0f3bdep-7f,  -0x1.9e4f3cp-8f,  -0x1.288d44p-8f,
    -0x1.ae5822p-9f,  -0x1.3a0e1ep-9f,  -0x1.d6132ap-10f, -0x1.5c9f12p-10f, -0x1.104ff0p-10f, -0x1.a3b642p-11f,
    -0x1.280084p-11f, -0x1.83ff0ep-12f, -0x1.fe4694p-13f, -0x1.654876p-13f, -0x1.f6f95ap-14f, -0x1.76b3cep-14f,
    -0x1.16b746p-14f, -0x1.88ca0cp-5f};

alignas(64) constexpr float c4[32] = {
    0x1.57e380p-10f, 0x1.617f48p-9f,  0x1.e544fap-9f,  0x1.20e78ap-8f,  0x1.3e26d4p-8f,  0x1.4d7f4ep-8f,
    0x1.51be52p-8f,  0x1.4dec06p-8f,  0x1.3d18eap-8f,  0x1.1b23e8p-8f,  0x1.ead1a8p-9f,  0x1.9f410cp-9f,
    0x1.58f5eep-9f,  0x1.1ef1bap-9f,  0x1.de821ap-10f, 0x1.86f17ap-10f, 0x1.22ba96p-10f, 0x1.8e69fep-11f,
    0x1.134ee8p-11f, 0x1.7d109ep-12f, 0x1.0ea07ap-12f, 0x1.7b2982p-13f, 0x1.19fdd8p-13f, 0x1.9c0d40p-14f,
    0x1.0ed8f0p-14f, 0x1.43a100p-15f, 0x1.834faep-16f, 0x1.f3c96ap-17f, 0x1.442fc0p-17f, 0x1.c2b112p-18f,
    0x1.3880d6p-18f, -0x1.eb9ed4p-12f};

alignas(64) constexpr float c5[32] = {
    0x1.4a5baap-9f,   0x1.f2bae0p-10f,  0x1.667850p-10f,  0x1.dbdc9ep-11f,  0x1.14f5b8p-11f,  0x1.d69ab6p-13f,
    -0x1.089434p-17f, -0x1.70749ep-13f, -0x1.6aa8aap-12f, -0x1.d977b2p-12f, -0x1.ebc702p-12f, -0x1.cdc904p-12f,
    -0x1.9844d8p-12f, -0x1.5f6300p-12f, -0x1.2a3fdep-12f, -0x1.eb2ba0p-13f, -0x1.6bc52ep-13f, -0x1.e80260p-14f,
    -0x1.465a00p-14f, -0x1.b1b41ep-15f, -0x1.26ff4ap-15f, -0x1.8980c8p-16f, -0x1.183480p-16f, -0x1.862750p-17f,
    -0x1.df1eeap-18f, -0x1.069622p-18f, -0x1.1f6e98p-19f, -0x1.57025ep-20f, -0x1.9b4a16p-21f, -0x1.0b53f2p-21f,
    -0x1.5a3994p-22f, 0x1.a1fd58p-9f};

}  // namespace verhulst::normal_floats_32
