import { readFileSync } from 'node:fs';
import { writeDemoConversations } from './support/demo-conversations.ts';
import { drive } from './support/driver.ts';

const addresses = JSON.parse(readFileSync('.local/addresses.json', 'utf8'));
const shop = drive(addresses, 'demo');
const id = await writeDemoConversations(shop, addresses.channel);
console.log(id);
await new Promise((r) => setTimeout(r, 3000));
console.log(JSON.stringify(await shop.messages(id), null, 1).slice(0, 9000));
console.log(JSON.stringify((await shop.get('/v1/conversations?limit=2')).body, null, 1).slice(0, 4000));
