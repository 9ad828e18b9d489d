/** The renderer's entry: themes and language first, then the window. */
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { startI18n } from './i18n/i18n.ts';
import './app/tokens.css';
import './app/base.css';
import './ui/controls.css';

await startI18n();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root".');
createRoot(root).render(<App />);
