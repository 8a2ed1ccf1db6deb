import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// `npm run dev` talks to a running cluster: MALMOI_URL=http://127.0.0.1:<port> npm run dev
const cluster = process.env['MALMOI_URL'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react()],
  build: { target: 'es2022', sourcemap: false, assetsInlineLimit: 0, manifest: true },
  server: {
    proxy: {
      '/api': { target: cluster },
      '/ws': { target: cluster, ws: true },
      // The bucket: URLs are signed for the host that the browser named.
      '/malmoi': { target: cluster },
    },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/test/setup.ts'],
    restoreMocks: true,
    // Whole pages are drawn, on machines that do other things besides.
    testTimeout: 20_000,
    include: ['src/**/*.test.{ts,tsx}'],
  },
})
