/** The window and the app must be built before a device can be started. */
import { buildApp } from '../../build/app.ts';

export default buildApp;
